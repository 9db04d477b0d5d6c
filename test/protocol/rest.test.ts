import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { ERRORS } from '@valiant/shared/protocol/errors'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, guest, market, newId, type ProtocolClient, rest, type TestMarket } from './client.ts'

let server: TestServer
let client: ProtocolClient
let on: TestMarket
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  client = await guest(server.url)
  on = await market(client)
})
afterEach(closeAll)

interface Body {
  readonly ok: boolean
  readonly data?: unknown
  readonly error?: { readonly code: keyof typeof ERRORS; readonly message: string; readonly field?: string }
}
const ask = async (path: string, options: Parameters<typeof rest>[2] = {}) => {
  const response = await rest(server.url, path, { cookie: client.cookie, ...options })
  const body = (await response.json()) as Body
  if (body.error !== undefined) expect(response.status).toBe(ERRORS[body.error.code].status)
  else expect(response.status).toBe(200)
  return { status: response.status, headers: response.headers, ...body }
}
const order = (more: object = {}) => ({
  ...{ clientOrderId: newId(), symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) },
  ...more,
})

test('reads answer as over the socket', async () => {
  const { orderId } = await client.place(order())
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  for (const list of ['instruments', 'orders', 'fills', 'ledger'] as const) {
    expect((await ask(`/api/${list}`)).data).toEqual(await client.good(list))
  }
  expect((await ask('/api/account')).data).toMatchObject({ openOrders: [{ orderId }] })
  expect((await ask('/api/positions')).data).toMatchObject([{ symbol: on.symbol, qty: on.qty() }])
  expect((await ask(`/api/orders/${orderId}`)).data).toMatchObject({ orderId, status: 'open' })
  expect((await ask('/api/orders?limit=1&status=open')).data).toMatchObject({ items: [{ orderId }] })
  expect((await ask('/api/time')).data).toMatchObject({ time: expect.any(Number) as number })
  expect((await ask(`/api/candles/${on.symbol}?interval=1m&limit=5`)).data).toHaveLength(5)
  expect((await ask(`/api/trades/${on.symbol}?limit=3`)).data).toHaveLength(3)
  expect((await ask(`/api/book/${on.symbol}?depth=10`)).data).toMatchObject({ type: 'snapshot', depth: 10 })
})

test('an order is placed, repeated and canceled', async () => {
  const body = order()
  const placed = await ask('/api/orders', { method: 'POST', body })
  const { orderId } = placed.data as { orderId: string }
  expect(placed.headers.get('ratelimit-remaining')).not.toBeNull()
  expect((await ask('/api/orders', { method: 'POST', body })).data).toMatchObject({ orderId })
  const other = await ask('/api/orders', { method: 'POST', body: { ...body, side: 'sell' } })
  expect(other).toMatchObject({ status: 409, error: { code: 'DUPLICATE_CLIENT_ORDER_ID' } })
  expect((await ask(`/api/orders/${orderId}`, { method: 'DELETE' })).data).toMatchObject({ status: 'canceled' })
  const again = await ask(`/api/orders/${orderId}`, { method: 'DELETE' })
  expect(again).toMatchObject({ status: 409, error: { code: 'ORDER_CLOSED' } })
  await ask('/api/orders', { method: 'POST', body: order() })
  const all = await ask(`/api/orders?symbol=${on.symbol}`, { method: 'DELETE' })
  expect((all.data as { orderIds: string[] }).orderIds).toHaveLength(1)
})

test('an order is found, amended and canceled by its clientOrderId, as over the socket', async () => {
  const [body, none] = [order({ clientOrderId: `a.b:c-${newId()}`, qty: on.qty(3) }), newId()]
  const { orderId } = await client.place(body)
  const path = `/api/orders/by-client-id/${body.clientOrderId}`
  expect((await ask(path)).data).toEqual(await client.good('order.get', { clientOrderId: body.clientOrderId }))
  const amended = await ask(path, { method: 'PATCH', body: { qty: on.qty(2), requestId: newId() } })
  expect(amended.data).toMatchObject({ orderId, qty: on.qty(2), priorityKept: true })
  expect(amended.headers.get('ratelimit-remaining')).not.toBeNull()
  const twice = await ask(path, { method: 'PATCH', body: { orderId, qty: on.qty() } })
  expect(twice).toMatchObject({ status: 400, error: { code: 'INVALID', field: 'clientOrderId' } })
  const cancel = `${path}?requestId=${newId()}`
  expect((await ask(cancel, { method: 'DELETE' })).data).toMatchObject({ orderId, status: 'canceled' })
  expect(await ask(cancel, { method: 'DELETE' })).toMatchObject({ ok: true, duplicate: true, data: { orderId } })
  const closed = { status: 409, error: { code: 'ORDER_CLOSED', order: { orderId } } }
  expect(await ask(path, { method: 'DELETE' })).toMatchObject(closed)
  expect(await ask(path, { method: 'PATCH', body: { qty: on.qty() } })).toMatchObject(closed)
  const missing = `/api/orders/by-client-id/${none}`
  const socket = await client.ask('order.get', { clientOrderId: none })
  expect(await ask(missing)).toMatchObject({ status: 404, error: (socket as { error: object }).error })
  expect(await ask('/api/orders/by-client-id/a%2Fb')).toMatchObject({
    status: 400,
    error: { code: 'INVALID', field: 'clientOrderId' },
  })
  const other = await guest(server.url)
  expect((await ask(path, { cookie: other.cookie })).status).toBe(404)
})

test('the legs of a bracket, whose ids the exchange makes, are found by these', async () => {
  const entry = await client.place(order({ takeProfit: { limitPrice: on.above(5) } }))
  const { openOrders } = await client.account()
  const leg = openOrders.find(({ parentOrderId }) => parentOrderId === entry.orderId)
  const found = await ask(`/api/orders/by-client-id/${encodeURIComponent(leg?.clientOrderId ?? '')}`)
  expect(found.data).toMatchObject({ orderId: leg?.orderId, role: 'take_profit' })
})

test('errors have their status', async () => {
  const post = (body: unknown) => ask('/api/orders', { method: 'POST', body })
  expect((await post(order({ qty: 'x' }))).status).toBe(400)
  expect((await post(order({ timeInForce: 'fok' }))).status).toBe(422)
  expect((await post([])).status).toBe(400)
  const large = await post({ junk: 'x'.repeat(20_000) })
  expect(large.status).toBe(413)
  expect(large.error?.message).toBe('Expected a body of at most 16384 bytes, found one of 20011.')
  expect((await ask('/api/orders/none')).status).toBe(404)
  expect((await ask('/api/candles/NOPE?interval=1m')).status).toBe(404)
  expect((await ask(`/api/candles/${on.symbol}?interval=7m`)).status).toBe(400)
  expect((await ask('/api/orders?limit=x')).status).toBe(400)
  expect(await ask('/api/orders?limit=-1')).toMatchObject({
    error: { code: 'INVALID', field: 'limit', message: 'limit: expected at least 1, found -1.' },
  })
  expect((await ask('/api/nothing')).status).toBe(404)
  expect((await ask('/api/nothing', { method: 'POST' })).status).toBe(404)
  expect((await ask('/api/account', { cookie: undefined })).status).toBe(401)
  expect((await ask('/api/time', { headers: { authorization: 'Bearer none' } })).status).toBe(401)
  const other = await guest(server.url)
  const { orderId } = await other.place(order())
  expect((await ask(`/api/orders/${orderId}`)).status).toBe(404)
  expect((await ask(`/api/orders/${orderId}`, { method: 'DELETE' })).status).toBe(404)
})

test('changes are accepted only from own pages, and only as JSON', async () => {
  for (const origin of ['https://evil.example', 'null', `https://${'e'.repeat(9_000)}.example`]) {
    const refused = await ask('/api/orders', { method: 'DELETE', headers: { origin } })
    expect(refused.status).toBe(403)
    expect(refused.error?.message.length).toBeLessThan(200)
  }
  const missing = await fetch(`${server.url}/api/orders`, {
    method: 'DELETE',
    headers: { cookie: client.cookie ?? '' },
  })
  expect(missing.status).toBe(403)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
    const sent = await ask('/api/orders', { method: 'POST', body: order(), headers: { 'content-type': type } })
    expect(sent).toMatchObject({
      status: 400,
      error: {
        ...{ code: 'INVALID', field: '', details: { rule: 'format', expected: 'the content type application/json' } },
        message: `The payload: expected the content type application/json, found "${type}".`,
      },
    })
  }
})

test('an order is amended by its path; a missing body, or one that names an order, is INVALID', async () => {
  const { orderId } = await client.place(order({ qty: on.qty(3) }))
  const amend = (body: unknown) => ask(`/api/orders/${orderId}`, { method: 'PATCH', body })
  const amended = await amend({ qty: on.qty(2) })
  expect(amended.data).toMatchObject({ orderId, qty: on.qty(2), priorityKept: true })
  expect(amended.headers.get('ratelimit-remaining')).not.toBeNull()
  for (const body of [null, [], 'x']) {
    expect(await amend(body)).toMatchObject({ status: 400, error: { code: 'INVALID', field: '' } })
  }
  const twice = await amend({ orderId: 'another', qty: on.qty() })
  expect(twice).toMatchObject({ status: 400, error: { code: 'INVALID', field: 'orderId' } })
  const queried = await ask(`/api/candles/${on.symbol}?interval=1m&symbol=NOPE`)
  expect(queried).toMatchObject({ status: 400, error: { code: 'INVALID', field: 'symbol' } })
  expect((await ask(`/api/orders/${orderId}`)).data).toMatchObject({ qty: on.qty(2), status: 'open' })
})

test('a change with a requestId, in the body or the query, is safe to repeat', async () => {
  const { orderId } = await client.place(order({ qty: on.qty(3) }))
  const path = `/api/orders/${orderId}`
  const amend = { method: 'PATCH', body: { qty: on.qty(2), requestId: newId() } }
  const changes = [
    [path, amend],
    [`${path}?requestId=${newId()}`, { method: 'DELETE' }],
    [`/api/orders?requestId=${newId()}`, { method: 'DELETE' }],
  ] as const
  for (const [place, options] of changes) {
    const first = await ask(place, options)
    expect(first).not.toHaveProperty('duplicate')
    expect(await ask(place, options)).toMatchObject({ duplicate: true, data: first.data })
  }
  const other = { ...amend, body: { ...amend.body, qty: on.qty() } }
  expect(await ask(path, other)).toMatchObject({ status: 409, error: { code: 'DUPLICATE_CLIENT_ORDER_ID' } })
})

test('an unknown field is INVALID and named', async () => {
  const paths = ['/api/time', '/api/keys', '/api/positions', `/api/book/${on.symbol}`, '/api/fills']
  for (const path of paths) {
    const answer = await ask(`${path}?nothing=1`)
    expect(answer, path).toMatchObject({ status: 400, error: { code: 'INVALID', field: 'nothing' } })
  }
})

test('fields are read only where a route expects them: elsewhere they are INVALID and nothing is done', async () => {
  const { orderId } = await client.place(order())
  const wrong = async (path: string, field: string, options: object) => {
    const found = await ask(path, options)
    expect(found, path).toMatchObject({ status: 400, error: { code: 'INVALID', field, outcome: 'not_executed' } })
  }
  const inBody = (method: string, body: unknown) => ({ method, body })
  await wrong('/api/orders', 'side', inBody('DELETE', { side: 'sell', symbol: on.symbol }))
  await wrong(`/api/orders?symbol=${on.symbol}`, 'side', inBody('DELETE', { side: 'sell' }))
  await wrong(`/api/orders/${orderId}`, 'nonsense', inBody('DELETE', { nonsense: 1 }))
  for (const body of [null, ['sell'], [], 'sell', 7]) await wrong('/api/orders', '', inBody('DELETE', body))
  await wrong('/api/orders?nonsense=1', 'nonsense', inBody('POST', order()))
  await wrong('/api/orders?format=csv', 'format', inBody('POST', order()))
  await wrong(`/api/orders/${orderId}?qty=1`, 'qty', inBody('PATCH', { qty: on.qty(2) }))
  await wrong('/api/keys?name=bot', 'name', inBody('POST', { name: 'bot', scopes: ['read'] }))
  await wrong(`/api/keys/none`, 'id', inBody('DELETE', { id: 'none' }))
  expect((await client.account()).openOrders).toMatchObject([{ orderId, qty: on.qty() }])

  const { id } = await client.money()
  await ask(`/api/orders?accountId=${id}`, { method: 'POST', body: order() })
  expect((await ask(`/api/orders/${orderId}`, { method: 'DELETE', body: {} })).data).toMatchObject({ orderId })
  const rest = await ask('/api/orders?side=buy', { method: 'DELETE', body: {} })
  expect((rest.data as { orderIds: string[] }).orderIds).toHaveLength(1)
})

test('a body with GET is INVALID', async () => {
  // fetch cannot send one with GET; other clients can.
  const { hostname, port } = new URL(server.url)
  const body = '{"status":"open"}'
  const headers = { cookie: client.cookie, 'content-type': 'application/json', 'content-length': body.length }
  const asked = request({ hostname, port, path: '/api/orders', method: 'GET', headers }).end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const answer = JSON.parse(await text(response)) as unknown
  expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID', field: 'status' } })
})

test('an unknown symbol in a path is not found, in a query it is INVALID', async () => {
  for (const path of ['/api/candles/NOPE?interval=1m', '/api/trades/NOPE', '/api/book/NOPE', '/api/book/%00']) {
    expect(await ask(path), path).toMatchObject({ status: 404, error: { code: 'NOT_FOUND' } })
  }
  for (const path of ['/api/orders?symbol=NOPE', '/api/fills?symbol=NOPE']) {
    expect(await ask(path), path).toMatchObject({ status: 400, error: { code: 'INVALID', field: 'symbol' } })
  }
})

test('every answer has the state of its rate limit, and a refusal says when to try again', async () => {
  const { headers } = await ask('/api/time')
  const [limit, remaining] = ['limit', 'remaining'].map((name) => Number(headers.get(`ratelimit-${name}`)))
  expect(limit).toBe(100)
  expect(remaining).toBeLessThan(100)
  expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThan(0)
  // A busy machine may be slower than the bucket refills: the flood continues until one is refused.
  const flood = async () => await Promise.all(Array.from({ length: 300 }, () => ask('/api/time')))
  const tooMuch = async () => (await flood()).find(({ status }) => status === 429)
  const refused = (await tooMuch()) ?? (await tooMuch()) ?? (await tooMuch())
  expect(refused?.error?.code).toBe('RATE_LIMITED')
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused?.headers.get('ratelimit-remaining')).toBe('0')
})

test('health, readiness and headers', async () => {
  for (const path of ['/healthz', '/readyz']) expect((await rest(server.url, path)).status).toBe(200)
  const { headers } = await rest(server.url, '/api/time')
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('strict-transport-security')).toBeNull()
  expect(headers.get('x-powered-by')).toBeNull()
})
