declare const unit: unique symbol

/** A number that only the parsing functions of shared/units make, so that ticks are never passed for lots. */
export type Branded<Name extends string> = number & { readonly [unit]: Name }

/** @throws {RangeError} when the value is not an integer that a double holds exactly: the caller's defect */
export function safeInteger(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${what}: expected a safe integer, found ${value}`)
  return value
}
