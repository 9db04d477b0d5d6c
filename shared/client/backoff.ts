export const RETRY_MS_MIN = 200
export const RETRY_MS_MAX = 5_000

/**
 * How long to wait before the next try: full jitter, so that thousands that lost one server don't come back at once.
 * @param failures tries that failed since the last connection
 * @param random a number from 0 to below 1
 */
export function retryDelayMs(failures: number, random: number): number {
  const ceiling = Math.min(RETRY_MS_MAX, 2 * RETRY_MS_MIN * 2 ** Math.min(failures, 16))
  return Math.round(RETRY_MS_MIN + random * (ceiling - RETRY_MS_MIN))
}

const RESEND_PAUSE_MS = 1_000

/**
 * How long a request stays away from a line after it may have been what the last ones were lost of. Full jitter on top,
 * so that those that were lost with it come apart from it.
 * @param pauses how many there were before
 * @param random a number from 0 to below 1
 */
export function resendPauseMs(pauses: number, random: number): number {
  return Math.round(RESEND_PAUSE_MS * 2 ** pauses * (1 + random))
}
