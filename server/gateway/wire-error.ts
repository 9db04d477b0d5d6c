import type { InvalidRule, WireError } from '@valiant/shared/protocol/errors'

/** A request that is answered with an error of the protocol. */
export class RequestFailure extends Error {
  readonly error: WireError
  constructor(error: WireError) {
    super(error.message)
    this.name = 'RequestFailure'
    this.error = error
  }
}

/** INVALID: names the field, the rule it breaks, what was expected and what was found. */
export function invalid(
  field: string,
  rule: InvalidRule,
  { expected, found, nearest }: { expected: string; found?: string; nearest?: string },
): RequestFailure {
  const where = field === '' ? 'The payload' : field
  return new RequestFailure({
    code: 'INVALID',
    message: `${where}: expected ${expected}${found === undefined ? '' : `, found ${found}`}.`,
    outcome: 'not_executed',
    field,
    details: { rule, expected, ...(nearest === undefined ? {} : { nearest }) },
  })
}
