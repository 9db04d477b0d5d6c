import { ERRORS, type ErrorCode } from '@valiant/shared/protocol/errors'
import { codesOf } from '@valiant/shared/protocol/json-schemas'
import type { RestRoute } from '@valiant/shared/protocol/rest'

/** Where the OpenAPI document keeps a schema. */
export const refTo = (name: string): string => `#/components/schemas/${name}`
/** Components of a kind, by their names. */
export const ref = (kind: string, names: readonly string[]): Record<string, object> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/${kind}/${name}` }]))

/** Every status of an error, ascending. */
export const STATUSES = [...new Set(Object.values(ERRORS).map(({ status }) => status))].sort((a, b) => a - b)

export const RATE_HEADERS = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']
const header = (description: string, schema: object) => ({ description, schema })
export const HEADERS = {
  'RateLimit-Limit': header(
    'How many requests the bucket holds: of the account for what trades, else of the address.',
    { type: 'integer' },
  ),
  'RateLimit-Remaining': header('How many are left in it.', { type: 'integer' }),
  'RateLimit-Reset': header('In how many seconds it is full again.', { type: 'integer' }),
  'Retry-After': header('In how many seconds to send again.', { type: 'integer' }),
  Link: header('Of a table that another page follows: where that is, `rel="next"`.', { type: 'string' }),
  'Content-Disposition': header('Of a table: the name of the file.', { type: 'string' }),
  ETag: header('Changes with the document; `If-None-Match` with it is answered 304.', { type: 'string' }),
}

export const PARAMETERS = {
  format: {
    ...{ name: 'format', in: 'query', required: false },
    description: 'A list as a table (RFC 4180, with a header row); errors stay JSON.',
    schema: { type: 'string', enum: ['json', 'csv'], default: 'json' },
  },
  accountId: {
    ...{ name: 'accountId', in: 'query', required: false },
    description: 'Picks one of several accounts of the user, the oldest unless told.',
    schema: { $ref: refTo('Id') },
  },
  accountHeader: {
    ...{ name: 'X-Account-Id', in: 'header', required: false },
    description: 'The same as a header; the query goes before it.',
    schema: { $ref: refTo('Id') },
  },
}

export const SECURITY = {
  session: {
    ...{ type: 'apiKey', in: 'cookie', name: 'valiant.session_token' },
    description:
      'Set by signing in; over HTTPS its name begins with `__Host-`. A request that changes something needs the `Origin` of the exchange beside it.',
  },
  key: { type: 'http', scheme: 'bearer', description: 'A key made by `POST /keys` or on the account page.' },
}
export const SECURITY_OF: Readonly<Record<RestRoute['scope'], readonly object[]>> = {
  public: [],
  read: [{ session: [] }, { key: ['read'] }],
  trade: [{ session: [] }, { key: ['trade'] }],
  session: [{ session: [] }],
}

/** The response of an error status. */
export function errorResponse(status: number): object {
  const codes = codesOf(status) ?? []
  return {
    description: codes.join(', '),
    headers: {
      ...(status === 429 || status === 503 ? ref('headers', ['Retry-After']) : {}),
      ...(status === 429 && ref('headers', RATE_HEADERS)),
    },
    content: {
      'application/json': {
        schema: { $ref: refTo(`Error${status}`) },
        examples: Object.fromEntries(codes.map((code) => [code, errorExample(code)])),
      },
    },
  }
}

const errorExample = (code: ErrorCode) => ({
  summary: ERRORS[code].cure,
  value: { ok: false, error: errorOf(code) },
})

/** An example of an error. */
export const errorOf = (code: ErrorCode): object => ({
  code,
  message: ERRORS[code].cause,
  outcome: code === 'TIMEOUT' ? 'unknown' : 'not_executed',
  ...(code === 'INVALID' && { field: 'qty', details: { rule: 'lot', expected: 'a multiple of 1', nearest: '10' } }),
  ...(code === 'RATE_LIMITED' || code === 'UNAVAILABLE' ? { retryAfterMs: 1_000 } : {}),
})
