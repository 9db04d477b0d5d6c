import { invalidField } from '@valiant/shared/protocol/invalid'
import { isFault, type Reading } from '../../feed/account/order-decimals.ts'
import { foundText, invalid, RequestFailure } from '../answering/wire-error.ts'

/**
 * The value that was read.
 * @throws {RequestFailure} INVALID, if the field does not fit its instrument
 */
export function checked(reading: Reading): number {
  if (isFault(reading)) throw new RequestFailure(invalidField(reading))
  return reading
}

/**
 * A field that other fields require.
 * @throws {RequestFailure} INVALID, if it is missing
 */
export function needed(field: string, value: string | undefined, expected: string): string {
  if (value !== undefined) return value
  throw invalid(field, 'required', { expected, found: 'nothing' })
}

/** @throws {RequestFailure} INVALID, for a field that does not belong in this request; `false` counts as absent */
export function forbid(field: string, value: string | number | boolean | undefined, why: string): void {
  if (value === undefined || value === false) return
  throw invalid(field, 'unknown', { expected: `nothing ${why}`, found: foundText(value) })
}
