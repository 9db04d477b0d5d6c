import { StartupError } from '../database/startup-error.ts'

/**
 * A moment of a command's words, with its zone, so that nobody is surprised by the server's.
 * @returns milliseconds since 1970
 * @throws {StartupError} for a text that is none
 */
export function momentOf(text: string): number {
  const timeMs = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(timeMs)) return timeMs
  throw new StartupError(`Expected a time with its zone, such as 2026-12-01T14:00:00Z, found ${text}.`)
}
