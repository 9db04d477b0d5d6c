/** The answer to a write was lost: whether it was written cannot be known from here. Reliability 2b: fence yourself, look. */
export class InDoubt extends Error {
  override readonly name = 'InDoubt'
  readonly retryAfterMs = 1_000
}
