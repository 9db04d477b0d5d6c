import { type RestRoute, takesBody } from '@valiant/shared/protocol/rest'
import type { Request } from 'express'
import { z } from 'zod'
import { foundText, invalid } from '../answering/wire-error.ts'

/** Selects one of several accounts. Links cannot send headers, so the query may use `accountId` instead. */
const ACCOUNT_HEADER = 'x-account-id'
/** What every route, or every list, accepts beside its own fields. */
const BESIDE: readonly string[] = ['accountId']
const BESIDE_OF_LIST: readonly string[] = [...BESIDE, 'format']

/** @throws {RequestFailure} INVALID, if it is not text */
export function accountIdOf(request: Request): string | undefined {
  const accountId = request.query.accountId ?? request.headers[ACCOUNT_HEADER]
  if (accountId === undefined || typeof accountId === 'string') return accountId
  throw invalid('accountId', 'type', { expected: 'a string', found: foundText(accountId) })
}

/**
 * How the payload of a route is read: from its path and its query or body, not yet validated. Fields in the wrong one of
 * the two are refused, not ignored: a client that says in a body what to cancel must not cancel everything.
 * @throws {RequestFailure} (the returned function) INVALID, for a field in a place where the route does not read it
 */
export function readerOf(route: RestRoute): (request: Request) => unknown {
  const numeric = numericIn(route.payload)
  return (request) => {
    if (takesBody(route)) assertNoQuery(request, route)
    else assertNoBody(request, route)
    const given = takesBody(route) ? (request.body as unknown) : queryOf(request, route, numeric)
    const inPath = Object.keys(request.params)
    if (inPath.length === 0) return given
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw invalid('', 'type', { expected: 'an object', found: foundText(given) })
    }
    const twice = inPath.find((name) => Object.hasOwn(given, name))
    if (twice !== undefined) throw invalid(twice, 'unknown', { expected: 'this field in the path alone' })
    return { ...given, ...request.params }
  }
}

/** @throws {RequestFailure} INVALID, naming the first field */
function assertNoQuery(request: Request, route: RestRoute): void {
  const [name] = fieldsInQuery(request, route)
  if (name === undefined) return
  throw invalid(name, 'unknown', { expected: `it in the JSON body, where ${route.method} takes its fields` })
}

/** An empty object is allowed, since some clients send one with every request. @throws {RequestFailure} INVALID */
function assertNoBody(request: Request, { method }: RestRoute): void {
  const body = request.body as unknown
  if (body === undefined) return
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const expected = `no body, since ${method} takes its fields in the query`
    throw invalid('', 'type', { expected, found: foundText(body) })
  }
  const [name] = Object.keys(body)
  if (name === undefined) return
  throw invalid(name, 'unknown', { expected: `it in the query, where ${method} takes its fields, and not in a body` })
}

const fieldsInQuery = ({ query }: Request, { rows }: RestRoute): string[] => {
  const beside = rows === undefined ? BESIDE : BESIDE_OF_LIST
  return Object.keys(query).filter((name) => !beside.includes(name))
}

/** Turns integers of the query into numbers; anything else stays text, which the schema then refuses. */
function queryOf(request: Request, route: RestRoute, numeric: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fieldsInQuery(request, route).map((name) => {
      const value = request.query[name]
      const isNumber = numeric.includes(name) && typeof value === 'string' && /^-?\d{1,15}$/.test(value)
      return [name, isNumber ? Number(value) : value]
    }),
  )
}

function numericIn(payload: z.ZodObject): string[] {
  const { properties = {} } = z.toJSONSchema(payload, { io: 'input' })
  return Object.keys(properties).filter((name) => isNumeric(properties[name]))
}

function isNumeric(schema: z.core.JSONSchema._JSONSchema | undefined): boolean {
  if (schema === undefined || typeof schema === 'boolean') return false
  if (schema.anyOf !== undefined) return schema.anyOf.every(isNumeric)
  return schema.type === 'integer' || schema.type === 'number'
}
