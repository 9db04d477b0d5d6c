/** A broken invariant of the engine: a defect. The exchange loop discards its memory and reads it again. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/**
 * Checks an invariant, also in production.
 * @throws {AssertionError} when the claim is false
 */
export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new AssertionError(message)
}

/** For the end of a `switch` over a union: the compiler proves that this is never reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`no case for ${JSON.stringify(value)}`)
}
