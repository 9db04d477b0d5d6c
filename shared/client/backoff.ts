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
