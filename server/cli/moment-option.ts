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

/** Whoever means "at once" gives the time of now, which has passed when it is read. */
const NOW_MS = 60_000

/**
 * A moment of what cannot be taken back once it has come: last year's, by a slip of the hand, would come at once.
 * @throws {StartupError} for a text that is none, and for one that is past by more than a minute
 */
export function momentToComeOf(text: string): number {
  const timeMs = momentOf(text)
  if (timeMs >= Date.now() - NOW_MS) return timeMs
  throw new StartupError(`Expected a time that is to come as --at, found ${text}: it would happen at once, for good.`)
}
