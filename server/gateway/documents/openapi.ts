import { badAnswer, codesOf, goodAnswer, jsonSchemas, referredTo } from '@valiant/shared/protocol/json-schemas'
import { PROTOCOL_VERSION } from '@valiant/shared/protocol/limits'
import { REST_ROUTES, type RestRoute, takesBody } from '@valiant/shared/protocol/rest'
import { z } from 'zod'
import { errorResponse, HEADERS, PARAMETERS, refTo, SECURITY, STATUSES } from './components.ts'
import { bodyOf, operation, operationId } from './operation.ts'

const TAGS: Readonly<Record<RestRoute['tag'], string>> = {
  market: 'Public market data.',
  account: 'Money, positions and history of an account.',
  orders: 'Orders of an account.',
  keys: 'Keys by which programs sign in.',
  documents: 'What describes the rest.',
}

/** All REST routes as OpenAPI 3.1, generated from the table that the gateway serves. */
export function openApi(): object {
  const book = jsonSchemas(schemasOfRoutes(), { dialect: 'draft-2020-12', refTo })
  const paths: Record<string, Record<string, object>> = {}
  for (const route of REST_ROUTES) {
    const path = (paths[route.path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})
    path[route.method.toLowerCase()] = operation(route, book)
  }
  const responses = Object.fromEntries(STATUSES.map((status) => [`Error${status}`, errorResponse(status)]))
  return {
    openapi: '3.1.1',
    info: {
      title: 'Valiant over REST',
      version: `${PROTOCOL_VERSION}.0.0`,
      summary: 'What is not live: the requests of the socket over HTTP.',
      description:
        'Every body is the answer that the socket gives: `{ok: true, data}` or `{ok: false, error}`. Prices, quantities and ' +
        'money are decimal strings, times integer milliseconds. Guests are made by `POST /api/auth/sign-in/anonymous`, and ' +
        'lasting accounts by `/api/auth/sign-up/email`; programs sign in by a key. Error codes: `/docs/errors`. ' +
        'Streams, and all that trades beside orders, are in `/api/asyncapi.json`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api', description: 'The exchange that serves this document.' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: referredTo([paths, responses, PARAMETERS], book.schemas),
      responses,
      parameters: PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY,
    },
  }
}

function schemasOfRoutes(): Record<string, z.ZodType> {
  const more: Record<string, z.ZodType> = {}
  for (const route of REST_ROUTES) {
    const id = operationId(route)
    if (takesBody(route)) more[`${id}.body`] = bodyOf(route)
    // Its fields are listed as parameters, so they are written out even if the payload has a named schema.
    more[`${id}.fields`] = z.strictObject(route.payload.shape)
    if (!('document' in route.served)) more[`${id}.answer`] = goodAnswer(route.data, route)
  }
  for (const status of STATUSES) {
    const codes = codesOf(status)
    if (codes !== undefined) more[`Error${status}`] = badAnswer(codes)
  }
  return more
}
