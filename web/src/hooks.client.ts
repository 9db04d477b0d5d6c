export { handleError } from '#lib/telemetry/telemetry.ts'
