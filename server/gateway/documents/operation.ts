import { OWN_EXAMPLES, REQUEST_EXAMPLES } from '@valiant/shared/protocol/examples'
import type { SchemaBook } from '@valiant/shared/protocol/json-schemas'
import { FRAME_BYTES_DEFAULT } from '@valiant/shared/protocol/limits'
import { pathFields, type RestRoute, takesBody } from '@valiant/shared/protocol/rest'
import { z } from 'zod'
import { csvOf } from '../http/csv.ts'
import { RELAYED } from '../requests/request.ts'
import { RATE_HEADERS, ref, refTo, SECURITY_OF } from './components.ts'

/** A unique name for a route, in the form that generated clients use. */
export function operationId(route: RestRoute): string {
  const { served } = route
  if ('document' in served) return `${served.document}Document`
  const name = 'request' in served ? served.request : served.own
  const id = name.replaceAll(/\.(\w)/g, (_, letter: string) => letter.toUpperCase())
  return pathFields(route).includes('clientOrderId') ? `${id}ByClientId` : id
}

/** A route as an operation of the document. */
export function operation(route: RestRoute, book: SchemaBook): object {
  const { tag, summary, scope, rows } = route
  const id = operationId(route)
  const fields = book.schemas[`${id}.fields`]
  const properties = fields?.properties ?? {}
  const inPath = pathFields(route)
  const inQuery = takesBody(route) ? [] : Object.keys(properties).filter((name) => !inPath.includes(name))
  const payload = examplePayload(route)
  const parameter = (name: string, place: 'path' | 'query') => ({
    name,
    in: place,
    required: place === 'path' || fields?.required?.includes(name) === true,
    schema: properties[name] ?? {},
    ...(payload[name] !== undefined && { example: payload[name] }),
  })
  const parameters = [
    ...inPath.map((name) => parameter(name, 'path')),
    ...inQuery.map((name) => parameter(name, 'query')),
    ...(rows === undefined ? [] : [{ $ref: '#/components/parameters/format' }]),
    ...(identifiesRequester(route)
      ? [{ $ref: '#/components/parameters/accountId' }, { $ref: '#/components/parameters/accountHeader' }]
      : []),
  ]
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: SECURITY_OF[scope],
    ...(parameters.length > 0 && { parameters }),
    ...(takesBody(route) && { requestBody: requestBody(route, payload, book) }),
    responses: {
      200: goodResponse(route),
      ...Object.fromEntries(
        statusesOf(route).map((status) => [status, { $ref: `#/components/responses/Error${status}` }]),
      ),
    },
  }
}

function exampleOf({ served }: RestRoute): { readonly payload: object; readonly data: unknown } | undefined {
  if ('document' in served) return undefined
  return 'request' in served ? REQUEST_EXAMPLES[served.request] : OWN_EXAMPLES[served.own]
}

/** The fields of the route in the example of its request. That one names an order by one id; the answer has both. */
function examplePayload(route: RestRoute): Readonly<Record<string, unknown>> {
  const { payload, data } = exampleOf(route) ?? {}
  const answered = pathFields(route).map((name) => [name, Reflect.get(Object(data), name)] as const)
  const fields = { ...Object.fromEntries(answered), ...payload }
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name in route.payload.shape))
}

function requestBody(route: RestRoute, payload: Readonly<Record<string, unknown>>, book: SchemaBook): object {
  const inPath = pathFields(route)
  const example = Object.fromEntries(Object.entries(payload).filter(([name]) => !inPath.includes(name)))
  const schema = { $ref: refTo(inPath.length === 0 ? book.nameOf(route.payload) : `${operationId(route)}.body`) }
  return {
    required: true,
    description: `At most ${FRAME_BYTES_DEFAULT} bytes, unless \`welcome.limits.frameBytes\` says otherwise.`,
    content: { 'application/json': { schema, example } },
  }
}

function goodResponse(route: RestRoute): object {
  const { served, rows } = route
  if ('document' in served) {
    return {
      description: 'The document.',
      headers: { ETag: { $ref: '#/components/headers/ETag' } },
      content: { 'application/json': { schema: { type: 'object' } } },
    }
  }
  const example = exampleOf(route)
  const isPage = route.data instanceof z.ZodObject && 'nextCursor' in route.data.shape
  return {
    description: 'The answer.',
    headers: {
      ...ref('headers', RATE_HEADERS),
      ...(rows !== undefined && ref('headers', ['Content-Disposition'])),
      ...(isPage && ref('headers', ['Link'])),
    },
    content: {
      'application/json': {
        schema: { $ref: refTo(`${operationId(route)}.answer`) },
        ...(example !== undefined && { example: { ok: true, data: example.data } }),
      },
      ...(rows !== undefined && {
        'text/csv': {
          schema: { type: 'string', description: `RFC 4180, with a header row.` },
          ...(example !== undefined && { example: csvOf(rows, example.data) }),
        },
      }),
    },
  }
}

/** Whether the route identifies the requester. */
const identifiesRequester = ({ served }: RestRoute): boolean =>
  'request' in served || ('own' in served && served.own !== 'book')

/** Further error statuses, by kind of route. */
function statusesOf(route: RestRoute): number[] {
  const { served, changes } = route
  if ('document' in served) return [429, 500]
  const isRelayed = 'request' in served ? RELAYED.some((name) => name === served.request) : served.own === 'positions'
  return [
    400,
    ...(identifiesRequester(route) ? [401, 403] : []),
    ...(pathFields(route).length > 0 ? [404] : []),
    ...(changes ? [409] : []),
    ...(takesBody(route) ? [413] : []),
    ...(changes && takesBody(route) ? [422] : []),
    ...[429, 500, 503],
    ...(isRelayed ? [504] : []),
  ]
}

/** The fields of the body: all except those in the path. */
export function bodyOf(route: RestRoute): z.ZodObject {
  const inPath = pathFields(route)
  if (inPath.length === 0) return route.payload
  return z.strictObject(
    Object.fromEntries(Object.entries(route.payload.shape).filter(([name]) => !inPath.includes(name))),
  )
}
