import { StartupError } from '../database/startup-error.ts'

/**
 * Parses a time. It must name its time zone, so that the server's own never matters.
 * @returns milliseconds since the epoch
 * @throws {StartupError} for anything else
 */
export function momentOf(text: string): number {
  const timeMs = /(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(timeMs)) return timeMs
  throw new StartupError(`Expected a time with its zone, such as 2026-12-01T14:00:00Z, found ${text}.`)
}

/** Operators who mean "now" give the current time, which has passed when it is read. */
const NOW_MS = 60_000

/**
 * Parses the time of something that cannot be undone: a mistyped year in the past would take effect immediately.
 * @throws {StartupError} also for a time more than a minute ago
 */
export function momentToComeOf(text: string): number {
  const timeMs = momentOf(text)
  if (timeMs >= Date.now() - NOW_MS) return timeMs
  throw new StartupError(
    `Expected a future time for --at, found ${text}, which would take effect immediately and cannot be undone.`,
  )
}
