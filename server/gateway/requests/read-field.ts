import { invalidField } from '@valiant/shared/protocol/invalid'
import { isFault, type Reading } from '../../feed/account/order-decimals.ts'
import { foundText, invalid, RequestFailure } from '../answering/wire-error.ts'

/**
 * What was read of a field.
 * @throws {RequestFailure} INVALID, when it is not what its instrument takes
 */
export function sound(reading: Reading): number {
  if (isFault(reading)) throw new RequestFailure(invalidField(reading))
  return reading
}

/**
 * A field that the others ask for.
 * @throws {RequestFailure} INVALID, when it is missing
 */
export function needed(field: string, value: string | undefined, expected: string): string {
  if (value !== undefined) return value
  throw invalid(field, 'required', { expected, found: 'nothing' })
}

/** @throws {RequestFailure} INVALID, for a field that goes with another kind of request; `false` asks for nothing */
export function forbid(field: string, value: string | number | boolean | undefined, why: string): void {
  if (value === undefined || value === false) return
  throw invalid(field, 'unknown', { expected: `nothing ${why}`, found: foundText(value) })
}
