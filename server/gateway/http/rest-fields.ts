import { type RestRoute, takesBody } from '@valiant/shared/protocol/rest'
import type { Request } from 'express'
import { z } from 'zod'
import { foundText, invalid } from '../answering/wire-error.ts'

/** Picks one of several accounts; a query that may stand in a link says `accountId` likewise. */
const ACCOUNT_HEADER = 'x-account-id'
/** What every route, or every list, takes beside its fields. */
const BESIDE: readonly string[] = ['accountId']
const BESIDE_OF_LIST: readonly string[] = [...BESIDE, 'format']

/** @throws {RequestFailure} INVALID, for one that is no text */
export function accountIdOf(request: Request): string | undefined {
  const accountId = request.query.accountId ?? request.headers[ACCOUNT_HEADER]
  if (accountId === undefined || typeof accountId === 'string') return accountId
  throw invalid('accountId', 'type', { expected: 'a string', found: foundText(accountId) })
}

/**
 * How the payload of a route is read: from its path and its query or body, not yet looked at.
 * @throws {RequestFailure} (what is returned) INVALID, for a field of the path that stands elsewhere too
 */
export function readerOf(route: RestRoute): (request: Request) => unknown {
  const numeric = numericIn(route.payload)
  return (request) => {
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

/** Whole numbers come as text in a query; what is none stays text, and the schema says so. */
function queryOf(request: Request, { rows }: RestRoute, numeric: readonly string[]): Record<string, unknown> {
  const beside = rows === undefined ? BESIDE : BESIDE_OF_LIST
  const fields = Object.entries(request.query).filter(([name]) => !beside.includes(name))
  return Object.fromEntries(
    fields.map(([name, value]) => {
      const isNumber = numeric.includes(name) && typeof value === 'string' && /^\d{1,15}$/.test(value)
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
