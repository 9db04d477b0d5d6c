/** The answer to a write was lost, so it is not known whether it was committed. */
export class InDoubt extends Error {
  override readonly name = 'InDoubt'
  readonly retryAfterMs = 1_000
}
