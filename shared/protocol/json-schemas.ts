import { z } from 'zod'
import * as account from './account.ts'
import * as alerts from './alerts.ts'
import * as apiKeys from './api-keys.ts'
import { ERRORS, type ErrorCode } from './errors.ts'
import * as events from './events.ts'
import * as fields from './fields.ts'
import * as marketData from './market-data.ts'
import * as news from './news.ts'
import * as order from './order.ts'
import * as preferences from './preferences.ts'
import * as requests from './requests.ts'
import * as wireError from './wire-error.ts'

export type JsonSchema = z.core.JSONSchema.JSONSchema
export type JsonSchemas = Readonly<Record<string, JsonSchema>>

/** Modules whose exported schemas go by their own names; what others hold is written out where it is used. */
const NAMED = {
  ...{ ...account, ...alerts, ...apiKeys, ...events, ...fields, ...marketData },
  ...{ ...news, ...order, ...preferences, ...requests, ...wireError },
}

/** The bucket of a trading request, after it. */
const Rate = z.object({ remaining: z.int(), resetMs: z.int() })

/** A good answer: what it is over a socket, and the body over REST. */
export const goodAnswer = (data: z.ZodType, { changes }: { readonly changes: boolean }): z.ZodType => {
  const good = z.object({ ok: z.literal(true), data })
  if (!changes) return good
  return good.extend({
    duplicate: z.literal(true).optional().describe('The first answer to this id again.'),
    rate: Rate.optional().describe('The bucket of a trading request, after it.'),
  })
}

/** An answer with one of these errors. */
export const badAnswer = (codes: readonly [ErrorCode, ...ErrorCode[]]): z.ZodType =>
  z.object({
    ok: z.literal(false),
    error: wireError.WireError.extend({ code: z.enum(codes) }),
    duplicate: z.literal(true).optional(),
    rate: Rate.optional(),
  })

/** What a schema is used in: version 2020-12 is OpenAPI's, draft 7 is AsyncAPI's. */
export type Dialect = 'draft-2020-12' | 'draft-7'

/** Schemas of the protocol as JSON Schema, each under its name. */
export interface SchemaBook {
  readonly schemas: JsonSchemas
  /** The name of a schema that is among them. @throws {Error} for one that is not */
  readonly nameOf: (schema: z.ZodType) => string
}

/**
 * Schemas as JSON Schema, those that have a name under it and named by it everywhere.
 * @param more schemas to name beside those of the protocol; one that has a name keeps it
 * @param refTo the `$ref` of a name
 */
export function jsonSchemas(
  more: Readonly<Record<string, z.ZodType>>,
  { dialect, refTo }: { readonly dialect: Dialect; readonly refTo: (name: string) => string },
): SchemaBook {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries({ ...NAMED, ...more })) {
    if (schema instanceof z.ZodType && !registry.has(schema)) registry.add(schema, { id })
  }
  // As input, since an answer may have fields that are not known yet, and clients pass them over.
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
      if (id === undefined) throw new Error('expected a schema that was named')
      return id
    },
  }
}

/** Those of the schemas that a document refers to, be it by way of others. */
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

/** It is not parsed, but it is an order, of a known id with its fills. */
const WIRE_ORDER: z.core.$ZodType = wireError.WireError.shape.order

/** That an integer is exact goes without saying. */
function dropSafeBounds(schema: JsonSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
}

/** The codes that a status stands for over REST, where there are no streams. */
export const codesOf = (status: number): readonly [ErrorCode, ...ErrorCode[]] | undefined => {
  const [first, ...others] = (Object.keys(ERRORS) as ErrorCode[]).filter(
    (code) => ERRORS[code].status === status && code !== 'TOO_MANY_SUBSCRIPTIONS',
  )
  return first === undefined ? undefined : [first, ...others]
}
