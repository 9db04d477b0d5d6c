import type { InvalidRule } from './errors.ts'
import type { WireError } from './wire-error.ts'

/**
 * What is wrong with a field: its path ("takeProfit.limitPrice"; empty for the payload itself) and the rule it breaks.
 */
export interface FieldFault {
  readonly field: string
  readonly rule: InvalidRule
  readonly expected: string
  readonly found?: string
  /** The closest acceptable decimal. */
  readonly nearest?: string
}

/** Longer than the path of any field there is: the name of an unknown one is the client's own text. */
const FIELD_LENGTH_MAX = 64

/** An INVALID error that names the field, the rule it breaks, what was expected and what was found. */
export function invalidField({ field: path, rule, expected, found, nearest }: FieldFault): WireError {
  const field = path.length > FIELD_LENGTH_MAX ? `${path.slice(0, FIELD_LENGTH_MAX)}…` : path
  const where = field === '' ? 'The payload' : field
  return {
    code: 'INVALID',
    message: `${where}: expected ${expected}${found === undefined ? '' : `, found ${found}`}.`,
    outcome: 'not_executed',
    field,
    details: { rule, expected, ...(nearest !== undefined && { nearest }) },
  }
}
