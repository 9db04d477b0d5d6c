import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { EVENTS } from '@valiant/shared/protocol/events'
import { EVENT_EXAMPLES, OWN_EXAMPLES, REQUEST_EXAMPLES } from '@valiant/shared/protocol/examples'
import { REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import { REST_ROUTES } from '@valiant/shared/protocol/rest'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { ALL_INSTRUMENTS, startServer, type TestServer } from '../rig/server.ts'
import { closeAll, guest, market, newId, type ProtocolClient, rest, type TestMarket } from './client.ts'

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly name?: string; readonly in?: string }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly headers?: object; content?: Content }>>
}
type Content = Readonly<Record<string, { readonly schema: object }>>
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly responses: Readonly<Record<string, { readonly headers: object; readonly content: Content }>>
  }
}
interface Message {
  readonly name: string
  readonly summary: string
  readonly payload: { readonly $ref: string }
  readonly examples?: readonly { readonly payload: unknown }[]
}
interface AsyncApi {
  readonly operations: Readonly<
    Record<string, { action: string; reply?: { readonly messages: readonly { readonly $ref: string }[] } }>
  >
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly messages: Readonly<Record<string, Message>>
  }
}

let server: TestServer
let client: ProtocolClient
let on: TestMarket
let openapi: OpenApi
let asyncapi: AsyncApi
beforeAll(async () => {
  server = await startServer({ INSTRUMENTS_FILE: ALL_INSTRUMENTS })
  client = await guest(server.url)
  on = await market(client)
  openapi = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as OpenApi
  asyncapi = (await (await fetch(`${server.url}/api/asyncapi.json`)).json()) as AsyncApi
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(server.log().slice(-2_000))
})
afterAll(closeAll)

/** The refusals that the document lists for a request. */
const refusalOf = (name: RequestName): string =>
  asyncapi.operations[name]?.reply?.messages[1]?.$ref.split('/').at(-1) ?? 'none'

/** What a linter finds wrong with either kind of document, including examples that do not fit their schema. */
async function faultsOf(document: object): Promise<string[]> {
  const rules = {
    'no-invalid-media-type-examples': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-schema-examples': 'error',
  } as const
  const config = await createConfig({ extends: ['recommended-strict'], rules })
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/document.json', config })
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer ?? ''}: ${message}`)
}

test('both documents pass a linter, which does find faults', async () => {
  expect(await faultsOf(openapi)).toEqual([])
  expect(await faultsOf(asyncapi)).toEqual([])
  const wrong = structuredClone(openapi) as unknown as { paths: Record<string, object> }
  wrong.paths['/orders'] = { get: { responses: { 200: { $ref: '#/components/responses/None' } } } }
  expect(await faultsOf(wrong)).not.toEqual([])
})

test('the AsyncAPI document is valid by the schema of AsyncAPI 3', () => {
  const specs = createRequire(import.meta.url)('@asyncapi/specs') as { schemas: Record<string, object> }
  const schema = structuredClone(specs.schemas['3.0.0']) as { definitions: Record<string, object> }
  delete schema.definitions['http://json-schema.org/draft-07/schema'] // ajv has it already
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
  formats.default(ajv)
  const validate = ajv.compile(schema)
  expect(validate(asyncapi), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true)
  expect(validate({ ...asyncapi, channels: [] })).toBe(false)
})

test('the documents have an ETag, are not sent twice, and may be read by any page', async () => {
  for (const name of ['openapi', 'asyncapi']) {
    const url = `${server.url}/api/${name}.json`
    const first = await fetch(url, { headers: { origin: 'https://viewer.example' } })
    expect(first.headers.get('access-control-allow-origin')).toBe('*')
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{43}"$/)
    // By default fetch would ask for an uncached answer.
    const again = await fetch(url, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  }
  const answer = await fetch(`${server.url}/api/time`, { headers: { origin: 'https://viewer.example' } })
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
})

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const isServed = (text: string) => !text.includes('Nothing is served at')

test('every served route is described, and every described route is served', async () => {
  const paths = [...Object.keys(openapi.paths), '/sparklines', '/preferences', '/positions/{symbol}', '/docs']
  for (const path of paths) {
    const url = `/api${path.replace('{symbol}', on.symbol).replaceAll(/\{\w+\}/g, 'none')}`
    for (const method of METHODS) {
      const response = await withinLimits(() =>
        rest(server.url, url, { method, ...(method[0] === 'P' && { body: {} }) }),
      )
      const text = await response.text()
      const described = openapi.paths[path]?.[method.toLowerCase()] !== undefined
      expect(isServed(text), `${method} ${path}: ${response.status} ${text.slice(0, 200)}`).toBe(described)
    }
  }
  const inTable = REST_ROUTES.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const inDocument = Object.entries(openapi.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(inDocument.toSorted()).toEqual(inTable.toSorted())
})

test('every field of every route is described in the right place', () => {
  for (const { method, path, payload } of REST_ROUTES) {
    const operation = openapi.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    const names = (operation?.parameters ?? []).flatMap(({ name, in: place }) =>
      name === undefined || place === 'header' ? [] : [name],
    )
    const body = operation?.requestBody?.content['application/json']?.schema as { $ref: string } | undefined
    const fields = openapi.components.schemas[body?.$ref.split('/').at(-1) ?? ''] as { properties: object } | undefined
    const found = [...names, ...Object.keys(fields?.properties ?? {})]
    expect(found.toSorted(), `${method} ${path}`).toEqual(Object.keys(payload.shape).toSorted())
  }
})

/** Sends a request again, when it may be, if the rate limit refuses it: these tests are not about the limit. */
async function withinLimits(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send()
    if (response.status !== 429) return response
    const seconds = response.headers.get('retry-after')
    expect(seconds).toMatch(/^\d+$/)
    await delay(Number(seconds) * 1_000)
  }
}

/** The document with closed schemas, so that a field that is not described is a fault. */
function closed<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map((one: unknown) => closed(one)) as Value
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one as unknown)]))
  return (
    'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner
  ) as Value
}

test('real answers match the document: status, headers, every field', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addSchema({ $id: 'openapi', ...(closed(openapi) as object) })
  const seen = new Set<string>()
  const call = async (operationId: string, path: string, options: Parameters<typeof rest>[2] = {}) => {
    const response = await withinLimits(() => rest(server.url, `/api${path}`, { cookie: client.cookie, ...options }))
    const operation = Object.values(openapi.paths)
      .flatMap((operations) => Object.values(operations))
      .find((one) => one.operationId === operationId)
    const status = String(response.status)
    const described = operation?.responses[status]
    expect(described, `${operationId} ${status} is not described`).toBeDefined()
    const name = described?.$ref?.split('/').at(-1)
    const { headers, content } = name === undefined ? described! : openapi.components.responses[name]!
    for (const header of ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after']) {
      const isDescribed = Object.keys(headers ?? {}).some((one) => one.toLowerCase() === header)
      if (isDescribed && !described?.$ref)
        expect(response.headers.get(header), `${operationId} ${header}`).toMatch(/^\d+$/)
    }
    const body = (await response.json()) as { data?: unknown; error?: { code: string } }
    const { $ref } = content?.['application/json']?.schema as { $ref: string }
    const validate = ajv.compile({ $ref: `openapi${$ref}` })
    expect(validate(body), `${operationId} ${status} ${JSON.stringify(validate.errors)} ${JSON.stringify(body)}`).toBe(
      true,
    )
    seen.add(operationId)
    return { status: response.status, data: body.data as never, code: body.error?.code }
  }

  const buy = (more: object = {}) => ({
    ...{
      clientOrderId: newId(),
      symbol: on.symbol,
      side: 'buy',
      type: 'limit',
      qty: on.qty(2),
      limitPrice: on.below(2),
    },
    ...{ tag: 'seen' },
    ...more,
  })
  const post = (body: unknown) => call('orderPlace', '/orders', { method: 'POST', body })
  await post({ clientOrderId: newId(), symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(3) })
  const body = buy()
  const { orderId } = (await post(body)).data as { orderId: string }
  await post(body)
  expect((await post({ ...body, side: 'sell' })).code).toBe('DUPLICATE_CLIENT_ORDER_ID')
  expect((await post(buy({ timeInForce: 'fok' }))).code).toBe('FOK_NOT_FILLABLE')
  expect((await post(buy({ qty: 'x' }))).code).toBe('INVALID')
  expect((await post({ junk: 'x'.repeat(20_000) })).code).toBe('PAYLOAD_TOO_LARGE')
  await call('orderAmend', `/orders/${orderId}`, { method: 'PATCH', body: { qty: on.qty() } })
  await call('orderGet', `/orders/${orderId}`)
  expect((await call('orderGet', '/orders/none')).code).toBe('NOT_FOUND')
  const byClientId = `/orders/by-client-id/${body.clientOrderId}`
  await call('orderAmendByClientId', byClientId, { method: 'PATCH', body: { limitPrice: on.below(3) } })
  await call('orderGetByClientId', byClientId)
  expect((await call('orderGetByClientId', '/orders/by-client-id/none')).code).toBe('NOT_FOUND')
  for (const list of [
    'orders',
    'fills',
    'ledger',
    'equity',
    'account',
    'accounts',
    'positions',
    'instruments',
    'news',
    'time',
  ]) {
    expect((await call(list, `/${list}`)).status).toBe(200)
  }
  expect((await call('orders', '/orders', { cookie: undefined })).code).toBe('UNAUTHENTICATED')
  await call('candles', `/candles/${on.symbol}?interval=1m`)
  expect((await call('candles', '/candles/NOPE?interval=1m')).code).toBe('NOT_FOUND')
  await call('trades', `/trades/${on.symbol}?limit=5`)
  await call('book', `/book/${on.symbol}?depth=10`)
  await call('orderCancel', `/orders/${orderId}`, { method: 'DELETE' })
  expect((await call('orderCancel', `/orders/${orderId}`, { method: 'DELETE' })).code).toBe('ORDER_CLOSED')
  expect((await call('orderCancelByClientId', byClientId, { method: 'DELETE' })).code).toBe('ORDER_CLOSED')
  await call('orderCancelAll', '/orders', { method: 'DELETE' })
  const foreign = { method: 'DELETE', headers: { origin: 'https://evil.example' } }
  expect((await call('orderCancelAll', '/orders', foreign)).code).toBe('FORBIDDEN')
  const made = await call('keysMake', '/keys', { method: 'POST', body: { name: 'seen', scopes: ['read'] } })
  await call('keysList', '/keys')
  await call('keysRevoke', `/keys/${(made.data as { id: string }).id}`, { method: 'DELETE' })

  const all = REST_ROUTES.filter(({ served }) => !('document' in served)).length
  expect(seen.size).toBe(all)
})

test('every request and event of the protocol is described, with an example that fits its schema', () => {
  const names = Object.keys(REQUESTS) as RequestName[]
  const operations = [...names, ...Object.keys(EVENTS).map((name) => `event.${name}`)]
  expect(Object.keys(asyncapi.operations).toSorted()).toEqual(operations.toSorted())
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addSchema({ $id: 'asyncapi', components: asyncapi.components })
  const { messages } = asyncapi.components
  for (const [key, { payload, examples = [] }] of Object.entries(messages)) {
    const validate = ajv.compile({ $ref: `asyncapi${payload.$ref}` })
    for (const example of examples)
      expect(validate(example.payload), `${key} ${JSON.stringify(validate.errors)}`).toBe(true)
    expect(validate(17), key).toBe(false)
  }
  for (const name of names) {
    const replies = asyncapi.operations[name]?.reply?.messages.map(({ $ref }) => $ref.split('/').at(-1)) ?? []
    const isOfOrders = REQUESTS[name].changes || name === 'order.preview'
    expect(replies).toEqual([`${name}.answer`, isOfOrders ? 'TradingRefusal' : 'Refusal'])
  }
})

test('every event says what it means, and every tuple what its places are', () => {
  const { messages, schemas } = asyncapi.components
  for (const [name, schema] of Object.entries(EVENTS)) {
    expect(messages[`event.${name}`]?.summary, name).toBe(schema.description)
    expect(schema.description, name).toMatch(/\.$/)
  }
  const tuples = Object.entries(schemas).filter(([, schema]) => 'items' in schema && Array.isArray(schema.items))
  expect(tuples.length).toBeGreaterThan(4)
  for (const [name, schema] of tuples) expect(schema, name).toHaveProperty('description', expect.stringMatching(/^`\[/))
})

test('examples fit the schemas of the protocol', () => {
  const parse = (schema: z.ZodType, value: unknown) => expect(schema.parse(value)).toEqual(value)
  for (const name of Object.keys(REQUEST_EXAMPLES) as RequestName[]) {
    parse(REQUESTS[name].payload, REQUEST_EXAMPLES[name]?.payload)
    parse(REQUESTS[name].data, REQUEST_EXAMPLES[name]?.data)
  }
  for (const [name, schema] of Object.entries(EVENTS)) {
    const example = EVENT_EXAMPLES[name as keyof typeof EVENTS]
    if (example !== undefined) parse(schema, example)
  }
  for (const { served, payload, data } of REST_ROUTES) {
    if (!('own' in served)) continue
    parse(payload, OWN_EXAMPLES[served.own].payload)
    parse(data, OWN_EXAMPLES[served.own].data)
  }
})

test('real answers and frames of the socket match the document', async () => {
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addSchema({ $id: 'asyncapi', components: closed(asyncapi.components) })
  const fits = (key: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `asyncapi${asyncapi.components.messages[key]?.payload.$ref ?? ''}` })
    expect(validate(value), `${key} ${JSON.stringify(validate.errors?.slice(0, 3))} ${JSON.stringify(value)}`).toBe(
      true,
    )
  }
  const fresh = await guest(server.url)
  const ask = async (name: RequestName, payload: object = {}) => {
    const answer = await fresh.ask(name, payload)
    fits(answer.ok ? `${name}.answer` : refusalOf(name), answer)
    return answer
  }
  const order = { symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(2) }
  await ask('order.preview', { clientOrderId: newId(), ...order })
  for (const more of [
    { qty: '900000' },
    { side: 'sell' },
    { type: 'limit', limitPrice: on.below(2), timeInForce: 'fok' },
  ]) {
    expect(await ask('order.preview', { clientOrderId: newId(), ...order, ...more })).toMatchObject({ ok: false })
  }
  await ask('order.place', { clientOrderId: newId(), ...order })
  await ask('order.place', {
    clientOrderId: newId(),
    ...order,
    type: 'limit',
    limitPrice: on.below(2),
    timeInForce: 'fok',
  })
  await ask('position.protect', { symbol: on.symbol, stopLoss: { stopPrice: on.below(4) } })
  await ask('position.close', { symbol: on.symbol })
  await ask('cancelAfter', { timeoutMs: 60_000 })
  await ask('cancelAfter', { timeoutMs: -1 })
  await ask('cancelOnDisconnect', { graceMs: 30_000 })
  await ask('cancelOnDisconnect', { graceMs: 0 })
  await ask('account.deposit', { amount: '1.00' })
  await ask('account.update', { name: 'Seen' })
  for (const name of ['account', 'accounts', 'orders', 'fills', 'ledger', 'equity', 'sparklines', 'time'] as const)
    await ask(name)
  await ask('candles', { symbol: on.symbol, interval: '1m' })
  await ask('trades', { symbol: on.symbol })
  await ask('news')
  const streams = { quotes: 'quotes', ticker: 'ticker', candles: 'candle', book: 'book', trades: 'trades' } as const
  for (const channel of Object.keys(streams)) {
    const interval = channel === 'candles' ? { interval: '1s' } : {}
    await ask('subscribe', { channel, symbols: [on.symbol], ...interval })
  }
  await ask('order.place', { clientOrderId: newId(), ...order }) // for `trades`
  const events = ['welcome', 'heartbeat', 'account', ...Object.values(streams)]
  await expect.poll(() => events.filter((name) => fresh.of(name).length === 0)).toEqual([])
  for (const name of events) for (const frame of fresh.of(name)) fits(`event.${name}`, frame)
})
