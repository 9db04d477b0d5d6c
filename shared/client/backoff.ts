const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 5_000

/**
 * The delay before the next attempt, with full jitter, so that thousands of clients that lost one server do not return at
 * once.
 * @param failures attempts that failed since the last connection
 * @param random a number from 0 to below 1
 */
export function retryDelayMs(failures: number, random: number): number {
  const ceiling = Math.min(RETRY_MS_MAX, 2 * RETRY_MS_MIN * 2 ** Math.min(failures, 16))
  return Math.round(RETRY_MS_MIN + random * (ceiling - RETRY_MS_MIN))
}

const RESEND_PAUSE_MS = 1_000

/**
 * How long a request that may have caused the loss of connections is held back. Jitter separates it from requests that
 * were lost together with it.
 * @param pauses earlier pauses of this request
 * @param random a number from 0 to below 1
 */
export function resendPauseMs(pauses: number, random: number): number {
  return Math.round(RESEND_PAUSE_MS * 2 ** pauses * (1 + random))
}
