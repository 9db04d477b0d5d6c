import { z } from 'zod'
import * as account from './account.ts'
import * as alerts from './alerts.ts'
import * as apiKeys from './api-keys.ts'
import * as changes from './changes.ts'
import { ERRORS, type ErrorCode } from './errors.ts'
import * as events from './events.ts'
import * as fields from './fields.ts'
import * as marketData from './market-data.ts'
import * as news from './news.ts'
import * as order from './order.ts'
import * as preferences from './preferences.ts'
import * as queries from './queries.ts'
import * as wireError from './wire-error.ts'

export type JsonSchema = z.core.JSONSchema.JSONSchema
export type JsonSchemas = Readonly<Record<string, JsonSchema>>

/** Schemas exported by these modules get a name in the documents; all others are inlined where they are used. */
const NAMED = {
  ...{ ...account, ...alerts, ...apiKeys, ...events, ...fields, ...marketData },
  ...{ ...news, ...order, ...preferences, ...queries, ...changes, ...wireError },
}

/** The rate-limit bucket after a trading request. */
const Rate = z.object({ remaining: z.int(), resetMs: z.int() })

/** A successful answer: the acknowledgement over a socket, the body over REST. */
export const goodAnswer = (data: z.ZodType, { changes }: { readonly changes: boolean }): z.ZodType => {
  const good = z.object({ ok: z.literal(true), data })
  if (!changes) return good
  return good.extend({
    duplicate: z.literal(true).optional().describe('This id was used before; this is its first answer again.'),
    rate: Rate.optional().describe('The rate-limit bucket after this trading request.'),
  })
}

/** An answer that carries one of these errors. */
export const badAnswer = (codes: readonly [ErrorCode, ...ErrorCode[]]): z.ZodType =>
  z.object({
    ok: z.literal(false),
    error: wireError.WireError.extend({ code: z.enum(codes) }),
    duplicate: z.literal(true).optional(),
    rate: Rate.optional(),
  })

/** The version of JSON Schema: OpenAPI uses 2020-12, AsyncAPI draft 7. */
export type Dialect = 'draft-2020-12' | 'draft-7'

/** The schemas of the protocol as JSON Schema, by name. */
export interface SchemaBook {
  readonly schemas: JsonSchemas
  /** The name of a schema in `schemas`. @throws {Error} when it has none */
  readonly nameOf: (schema: z.ZodType) => string
}

/**
 * Converts schemas to JSON Schema. A named schema is written once and referenced by name everywhere else.
 * @param more schemas to name in addition to those of the protocol; a schema that has a name keeps it
 * @param refTo the `$ref` for a name
 */
export function jsonSchemas(
  more: Readonly<Record<string, z.ZodType>>,
  { dialect, refTo }: { readonly dialect: Dialect; readonly refTo: (name: string) => string },
): SchemaBook {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries({ ...NAMED, ...more })) {
    if (schema instanceof z.ZodType && !registry.has(schema)) registry.add(schema, { id })
  }
  // `io: 'input'` allows unknown fields: later versions may add fields to answers, and clients ignore them.
  const { schemas } = z.toJSONSchema(registry, {
    ...{ io: 'input', target: dialect, uri: refTo },
    override: ({ zodSchema, jsonSchema }) => {
      dropSafeBounds(jsonSchema)
      if (zodSchema === WIRE_ORDER) jsonSchema.anyOf = ['PlacedOrder', 'Order'].map((name) => ({ $ref: refTo(name) }))
    },
  })
  return {
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
    ),
    nameOf: (schema) => {
      const id = registry.get(schema)?.id
      if (id === undefined) throw new Error('expected a schema that has a name')
      return id
    },
  }
}

/** The schemas that a document refers to, directly or through other schemas. */
export function referredTo(document: unknown, schemas: JsonSchemas): JsonSchemas {
  const found = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key !== '$ref' || typeof inner !== 'string') walk(inner)
      else {
        const name = inner.slice(inner.lastIndexOf('/') + 1)
        if (found.has(name) || schemas[name] === undefined) continue
        found.add(name)
        walk(schemas[name])
      }
    }
  }
  walk(document)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)))
}

/** This field is not parsed, but it always holds an order: PlacedOrder where the fills are known, Order otherwise. */
const WIRE_ORDER: z.core.$ZodType = wireError.WireError.shape.order

/** Bounds that only say that an integer is exact. */
function dropSafeBounds(schema: JsonSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
}

/** The error codes that a REST route can answer with this HTTP status. REST has no subscriptions. */
export const codesOf = (status: number): readonly [ErrorCode, ...ErrorCode[]] | undefined => {
  const [first, ...others] = (Object.keys(ERRORS) as ErrorCode[]).filter(
    (code) => ERRORS[code].status === status && code !== 'TOO_MANY_SUBSCRIPTIONS',
  )
  return first === undefined ? undefined : [first, ...others]
}
