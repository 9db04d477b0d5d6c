import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createConnection } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soon } from '../../test/rig/soon.ts'
import { GatewayMetrics } from '../telemetry/gateway-metrics.ts'
import { type Client, cookieOf, GatewayRig } from './gateway.fixture.ts'
import { instruments } from './exchange-stand-in.fixture.ts'

let rig: GatewayRig
beforeAll(async () => {
  rig = await GatewayRig.open({ guestsPerMinute: 1_000, requestsPerSecond: 100_000, refusalsPer10Seconds: 100_000 })
})
afterAll(() => rig[Symbol.asyncDispose]())

const { wire, startTicks } = instruments[0]!
const price = (startTicks * Number(wire.tickSize)).toFixed(2)
let ids = 0
const order = (more: object = {}) => ({
  clientOrderId: `test-${++ids}`,
  symbol: wire.symbol,
  side: 'buy',
  type: 'limit',
  qty: wire.minQty,
  limitPrice: price,
  ...more,
})
const signedIn = async () => rig.connect({ cookie: await rig.guest() })

/** What a busy machine may add to a measured time. */
const STALL_MS = 1_000

describe('a socket', () => {
  test('is welcomed first, and gets heartbeats', async () => {
    const client = await rig.connect()
    await expect.poll(() => client.of('heartbeat')).toHaveLength(2)
    expect(client.seen[0]).toMatchObject({ event: 'welcome', frame: { protocol: 1, scopes: [], resumed: false } })
    const [first, second] = client.of('heartbeat') as { counter: number }[]
    expect(second!.counter).toBe(first!.counter + 1)
  })
  test('may send CONNECT once: a second one ends its connection and no other', async () => {
    const bystander = await rig.connect()
    // At once, so that both are read before the first is admitted; and again from a socket that has disconnected.
    const rude = new WebSocket(`${rig.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    const ended = once(rude, 'close')
    rude.addEventListener('open', () => {
      rude.send('40')
      rude.send('40')
    })
    await ended
    const back = await rig.connect()
    const gone = new Promise((resolve) => back.socket.io.engine.once('close', resolve))
    back.socket.io.engine.write('1')
    back.socket.io.engine.write('0')
    await gone
    expect(await bystander.ask('time', {})).toMatchObject({ ok: true })
  })
  test('of a guest gets its account id, its frames and their seq', async () => {
    const client = await signedIn()
    const answer = await client.ask('account', {})
    await expect.poll(() => client.of('welcome')).toHaveLength(1)
    expect(answer).toMatchObject({ ok: true, data: { account: { cash: '100000.00' } } })
    expect(client.of('welcome')[0]).toMatchObject({ scopes: ['read', 'trade'] })
    expect(await client.ask('order.place', order())).toMatchObject({ ok: true, data: { status: 'open' } })
    await expect.poll(() => client.of('account')).toHaveLength(1)
    await expect.poll(() => client.of('heartbeat').at(-1)).toMatchObject({ accountSeq: 2 })
  })
  test('with a cookie from a foreign page is refused; without an Origin header it is public', async () => {
    const cookie = await rig.guest()
    await expect(rig.connect({ cookie, origin: 'https://evil.example' })).rejects.toThrow()
    const client = await rig.connect({ cookie, origin: '' })
    expect(await client.ask('account', {})).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })
  })
  test('with a wrong key, another user’s account or another protocol is refused with the reason', async () => {
    const cookie = await rig.guest()
    const data = async (auth: Record<string, unknown>) =>
      rig.connect({ cookie, auth }).then(
        () => undefined,
        (error: unknown) => (error as { data?: unknown }).data,
      )
    expect(await data({ apiKey: 'no-such-key' })).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await data({ accountId: '0000000000000' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await data({ accountId: { $ne: 1 } })).toEqual({
      ...{ code: 'INVALID', message: 'auth.accountId: expected a string, found an object.' },
    })
    expect(await data({ protocol: 2 })).toEqual({
      ...{ code: 'INVALID', message: 'auth.protocol: expected 1, found 2.' },
    })
  })
})

describe('the wrapper of all events', () => {
  test('answers unknown events, empty and malformed payloads with INVALID', async () => {
    const client = await signedIn()
    for (const event of ['no.such.event', 'constructor', 'toString', '__proto__', 'error']) {
      expect(await client.ask(event, {})).toMatchObject({ ok: false, error: { code: 'INVALID' } })
    }
    expect(await client.ask('order.plaec', {})).toMatchObject({
      error: { field: '', details: { rule: 'unknown' }, message: expect.stringContaining('"order.plaec"') as string },
    })
    expect(await client.ask('order.plaec', {})).not.toMatchObject({
      error: { message: expect.stringContaining('payload') as string },
    })
    for (const payload of [null, 7, 'x', [], [[]], true, { a: { b: { c: 1 } } }]) {
      expect(await client.ask('order.place', payload)).toMatchObject({ ok: false, error: { code: 'INVALID' } })
    }
    expect(await client.ask('account')).toMatchObject({ error: { code: 'INVALID', details: { rule: 'required' } } })
  })
  test('refuses payloads that are too deep or binary', async () => {
    const client = await signedIn()
    let deep: unknown = {}
    for (let i = 0; i < 3_000; i++) deep = [deep]
    expect(await client.ask('time', { deep })).toMatchObject({ error: { code: 'INVALID', details: { rule: 'max' } } })
    const binary = { a: Buffer.from('x') }
    expect(await client.ask('time', binary)).toMatchObject({ error: { code: 'INVALID' } })
  })
  test('survives eight thousand brackets, which fit in a frame', async () => {
    const client = await rig.connect()
    const before = client.socket.connected
    // Bypasses the client's own encoder, which such a payload overflows.
    const { engine } = client.socket.io
    engine.write(`2999["time",${'['.repeat(8_000)}${']'.repeat(8_000)}]`)
    engine.write(`2998["time",{"a":${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}}]`)
    expect(await client.ask('time', {})).toMatchObject({ ok: true })
    expect([before, client.socket.connected]).toEqual([true, true])
  })
  test('ignores an emit without an acknowledgement', async () => {
    const client = await signedIn()
    const before = rig.exchange.taken.length
    client.socket.emit('order.place', order())
    client.socket.emit('order.place')
    client.socket.emit('account')
    client.socket.emit('order.place', order(), 'no function')
    expect(await client.ask('time', {})).toMatchObject({ ok: true })
    expect(rig.exchange.taken).toHaveLength(before)
  })
  test('ends only the socket that sends a frame of 200 kB', async () => {
    const victim = await rig.connect()
    const bystander = await rig.connect()
    victim.socket.emit('time', { junk: 'x'.repeat(200_000) }, () => undefined)
    await expect.poll(() => victim.socket.connected).toBe(false)
    expect(await bystander.ask('time', {})).toMatchObject({ ok: true })
  })
  test('checks authentication before fields', async () => {
    const client = await rig.connect()
    for (const event of ['account', 'orders', 'fills', 'ledger', 'order.place', 'order.cancelAll']) {
      expect(await client.ask(event, { odd: 1 })).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })
    }
  })
  test('survives hostile payloads in every field of every request', async () => {
    const client = await signedIn()
    const hostile: unknown[] = [
      ...[null, true, -1, 1e308, '', '\u0000', '\ud800', '1e9', '0x10', '-0', '१', ' 1', '1.', '9'.repeat(40)],
      ...['__proto__', 'constructor', '<script>', "'; drop table orders; --", '../..', 'x'.repeat(10_000)],
      ...[[], [null], {}, { toString: 1 }, JSON.parse('{"__proto__": {"polluted": 1}}') as unknown],
    ]
    const fields = ['clientOrderId', 'symbol', 'side', 'type', 'qty', 'limitPrice', 'timeInForce', 'tag', 'validUntil']
    for (const value of hostile) {
      for (const field of fields) {
        const answer = await client.ask('order.place', order({ [field]: value }))
        if (answer.ok) expect(['tag', 'validUntil', 'clientOrderId']).toContain(field)
        else expect(answer.error).toMatchObject({ outcome: 'not_executed' })
      }
      for (const event of ['orders', 'fills', 'ledger', 'order.get', 'order.cancel', 'order.cancelAll', 'subscribe']) {
        for (const field of ['symbol', 'cursor', 'limit', 'orderId', 'clientOrderId', 'from', 'channel', 'symbols']) {
          const answer = await client.ask(event, { [field]: value })
          if (!answer.ok) expect(answer.error.code).toMatch(/INVALID|NOT_FOUND/)
        }
      }
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(await client.ask('time', {})).toMatchObject({ ok: true })
  }, 60_000)
  test('closes a socket that keeps sending bad requests, and says why', async () => {
    await using strict = await GatewayRig.open({ refusalsPer10Seconds: 50 })
    const client = await strict.connect()
    for (let i = 0; i < 60; i++) client.socket.emit('nothing', {}, () => undefined)
    await expect.poll(() => client.socket.connected).toBe(false)
    expect(client.of('goodbye')).toMatchObject([{ code: 'RATE_LIMITED' }])
  })
  test('limits the rate of other requests, but lets trading through', async () => {
    await using strict = await GatewayRig.open({ requestsPerSecond: 5 })
    const client = await strict.connect({ cookie: await strict.guest() })
    const from = performance.now()
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.ask('time', {})))
    // On a slow machine some of the five per second are refilled meanwhile.
    const cameBack = Math.floor((performance.now() - from) / 200)
    expect(answers.slice(0, 5).every(({ ok }) => ok)).toBe(true)
    expect(answers.filter(({ ok }) => ok).length).toBeLessThanOrEqual(5 + cameBack)
    expect(answers.find(({ ok }) => !ok)).toMatchObject({
      error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number },
    })
    expect(await client.ask('order.place', order())).toMatchObject({ ok: true, rate: { remaining: 99 } })
  })
})

describe('an order', () => {
  test('repeated with the same values is the same order', async () => {
    const client = await signedIn()
    const first = order({ qty: wire.minQty })
    const answer = await client.ask('order.place', first)
    const again = await client.ask('order.place', {
      ...first,
      limitPrice: `${price}000`,
      postOnly: false,
      validUntil: 1,
    })
    expect(answer).toMatchObject({ ok: true })
    expect(again).toMatchObject({ ok: true, duplicate: true })
    expect(await client.ask('order.place', { ...first, side: 'sell' })).toMatchObject({
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID' },
    })
  })
  test('with a known id is answered as a repeat before its fields are checked', async () => {
    const client = await signedIn()
    const first = order()
    await client.ask('order.place', first)
    for (const wrong of [{ qty: 'x' }, { symbol: 'NOPE' }, { stopPrice: '1' }]) {
      expect(await client.ask('order.place', { ...first, ...wrong })).toMatchObject({
        error: { code: 'DUPLICATE_CLIENT_ORDER_ID' },
      })
    }
    expect(await client.ask('order.place', order({ qty: 'x' }))).toMatchObject({
      error: { code: 'INVALID', field: 'qty' },
    })
  })
  test('is found by one id only, and only by its owner', async () => {
    const client = await signedIn()
    const other = await signedIn()
    const placed = await client.ask('order.place', order())
    const { orderId, clientOrderId } = (placed as { data: { orderId: string; clientOrderId: string } }).data
    expect(await client.ask('order.get', { orderId })).toMatchObject({ ok: true })
    expect(await client.ask('order.get', { orderId, clientOrderId })).toMatchObject({ error: { code: 'INVALID' } })
    expect(await client.ask('order.get', {})).toMatchObject({ error: { code: 'INVALID', field: 'orderId' } })
    for (const event of ['order.get', 'order.cancel']) {
      for (const reference of [{ orderId }, { clientOrderId }, { orderId: 'no-such-order' }]) {
        expect(await other.ask(event, reference)).toMatchObject({ error: { code: 'NOT_FOUND' } })
      }
    }
  })
  test('that nobody answers is TIMEOUT with its finalAt, at most 5 s later', async () => {
    const client = await signedIn()
    rig.exchange.deaf = true
    const sentAtMs = Date.now()
    const tookMs: number[] = []
    const timed = async (event: string, payload: object) => {
      const answer = await client.ask(event, payload)
      tookMs.push(Date.now() - sentAtMs)
      return answer
    }
    const [answer, read] = await Promise.all([timed('order.place', order()), timed('account', {})]).finally(
      () => (rig.exchange.deaf = false),
    )
    expect(Math.max(...tookMs)).toBeLessThan(5_000 + STALL_MS)
    expect(answer).toMatchObject({ error: { code: 'TIMEOUT', outcome: 'unknown' } })
    const { finalAt } = (answer as { error: { finalAt: number } }).error
    expect(finalAt - sentAtMs).toBeGreaterThan(3_400)
    expect(finalAt - sentAtMs).toBeLessThan(3_700 + STALL_MS)
    expect(read).toMatchObject({ error: { code: 'TIMEOUT', outcome: 'not_executed' } })
  }, 20_000)
  test('that was lost on the way to the exchange is sent again', async () => {
    const client = await signedIn()
    rig.exchange.deaf = true
    const answer = client.ask('order.place', order())
    setTimeout(() => (rig.exchange.deaf = false), 500)
    expect(await answer).toMatchObject({ ok: true })
  })
})

test('lists come newest first, in pages without gaps or overlaps', async () => {
  const client = await signedIn()
  const placed: string[] = []
  for (let i = 0; i < 5; i++) {
    const answer = (await client.ask('order.place', order())) as { data: { orderId: string } }
    placed.unshift(answer.data.orderId)
  }
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = (await client.ask('orders', { limit: 2, ...(cursor && { cursor }) })) as {
      data: { items: { orderId: string }[]; nextCursor?: string }
    }
    found.push(...page.data.items.map(({ orderId }) => orderId))
    cursor = page.data.nextCursor
  } while (cursor !== undefined)
  expect(found).toEqual(placed)
  const foreign = await signedIn()
  expect(await foreign.ask('orders', { cursor: placed[0] })).toMatchObject({ error: { field: 'cursor' } })
})

describe('an account', () => {
  test('has a limited number of sockets: the oldest is closed for a new one', async () => {
    await using small = await GatewayRig.open({ socketsPerAccount: 2 })
    const cookie = await small.guest()
    const clients: Client[] = []
    for (let i = 0; i < 3; i++) clients.push(await small.connect({ cookie }))
    await expect.poll(() => clients[0]!.socket.connected).toBe(false)
    expect(clients[0]!.of('goodbye')).toMatchObject([{ code: 'REPLACED' }])
    expect(clients[1]!.socket.connected && clients[2]!.socket.connected).toBe(true)
  })
  test('of a guest who signs up is kept; the guest’s sockets are closed', async () => {
    const cookie = await rig.guest()
    const client = await rig.connect({ cookie })
    const before = (await client.ask('account', {})) as { data: { account: { id: string } } }
    const body = { email: `a${Date.now()}@example.com`, password: 'long enough', name: 'Ada' }
    const response = await rig.post('/api/auth/sign-up/email', body, { cookie })
    expect(response.status).toBe(200)
    await expect.poll(() => client.socket.connected).toBe(false)
    expect(client.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
    const lasting = await rig.connect({ cookie: cookieOf(response) })
    expect(await lasting.ask('account', {})).toMatchObject({ data: { account: { id: before.data.account.id } } })
    expect(await lasting.ask('accounts', {})).toMatchObject({ data: [{ id: before.data.account.id }] })
    const old = await rig.connect({ cookie })
    expect(await old.ask('account', {})).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })
    const again = await rig.post('/api/auth/sign-in/email', body)
    const other = await rig.connect({ cookie: cookieOf(again) })
    expect(await other.ask('account', {})).toMatchObject({ data: { account: { id: before.data.account.id } } })
  })
  test('that is signed out loses its sockets', async () => {
    const cookie = await rig.guest()
    const client = await rig.connect({ cookie })
    expect((await rig.post('/api/auth/sign-out', {}, { cookie })).status).toBe(200)
    await expect.poll(() => client.socket.connected).toBe(false)
    expect(client.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  })
  test('that cannot be opened answers 503, and is opened by the next connection', async () => {
    await using away = await GatewayRig.open()
    away.exchange.deaf = true
    const response = await away.post('/api/auth/sign-in/anonymous', {})
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).not.toBeNull()
    away.exchange.deaf = false
    const client = await away.connect({ cookie: cookieOf(response) })
    expect(await client.ask('account', {})).toMatchObject({ ok: true })
  }, 20_000)
})

test('an address has a limited number of public sockets; a closed one makes room', async () => {
  await using strict = await GatewayRig.open({ publicSocketsPerAddress: 2 })
  const first = await strict.connect()
  await strict.connect()
  await expect(strict.connect()).rejects.toMatchObject({ data: { code: 'RATE_LIMITED' } })
  await strict.connect({ cookie: await strict.guest() })
  first.socket.disconnect()
  await soon(() => strict.connect())
})

test('an address can create a limited number of users: guests and sign-ups together', async () => {
  await using strict = await GatewayRig.open({ guestsPerMinute: 2 })
  await strict.guest()
  const person = { name: 'Ada', email: 'ada@example.com', password: 'long enough' }
  expect((await strict.post('/api/auth/sign-up/email', person)).status).toBe(200)
  const headers = { 'x-forwarded-for': '9.9.9.9', 'x-valiant-ip': '8.8.8.8' }
  for (const path of ['sign-in/anonymous', 'sign-up/email']) {
    const response = await strict.post(`/api/auth/${path}`, { ...person, email: 'bob@example.com' }, headers)
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED' } })
  }
})

describe('signing in', () => {
  test('serves the routes that the terminal uses; others are answered as unknown routes', async () => {
    const cookie = await rig.guest()
    for (const path of ['update-user', 'verify-password', 'request-password-reset', 'sign-in/social', 'error']) {
      const response = await rig.post(`/api/auth/${path}`, { name: 'x'.repeat(10_000) }, { cookie })
      expect([response.status, await response.json()]).toMatchObject([404, { ok: false, error: { code: 'NOT_FOUND' } }])
    }
    for (const method of ['TRACE', 'PUT', 'DELETE', 'OPTIONS']) {
      const [response] = (await once(request(`${rig.url}/api/auth/get-session`, { method }).end(), 'response')) as [
        IncomingMessage,
      ]
      expect([response.statusCode, await json(response)], method).toMatchObject([404, { error: { code: 'NOT_FOUND' } }])
    }
    const page = await fetch(`${rig.url}/api/auth/error?error=x`)
    expect([page.status, page.headers.get('content-type')]).toEqual([404, expect.stringContaining('json')])
  })
  test('is never cached', async () => {
    const headers = { cookie: await rig.guest() }
    for (const path of ['get-session', 'list-sessions']) {
      const response = await fetch(`${rig.url}/api/auth/${path}`, { headers })
      expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
    }
  })
  test('says when to try again after too many attempts', async () => {
    const wrong = () => rig.post('/api/auth/sign-in/email', { email: 'nobody@example.com', password: 'not this one' })
    const tries = await Promise.all(Array.from({ length: 11 }, wrong))
    const refused = tries.find(({ status }) => status === 429)
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused?.json()).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED', outcome: 'not_executed' } })
  })
})

test('an address that only sends what REST refuses is stopped before any of it is read', async () => {
  await using strict = await GatewayRig.open({ refusalsPer10Seconds: 5 })
  const statusOf = async (path: string, init?: RequestInit) => (await fetch(strict.url + path, init)).status
  const malformed = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }
  expect(await statusOf('/api/time')).toBe(200)
  const refused = [
    await statusOf('/api/nothing'),
    await statusOf('/api/orders'),
    await statusOf('/api/orders', malformed),
    await statusOf('/api/orders?odd=1'),
    await statusOf('/api/candles/NONE'),
  ]
  expect(refused).toEqual([404, 401, 400, 401, 404])
  const response = await fetch(`${strict.url}/api/nothing`)
  expect([response.status, await response.json()]).toMatchObject([429, { error: { code: 'RATE_LIMITED' } }])
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('what REST refuses for an address is counted by its limit', async () => {
  const metrics = new GatewayMetrics()
  const limits = { requestsPerSecond: 1, refusalsPer10Seconds: 3 }
  await using strict = await GatewayRig.open(limits, 0, undefined, { metrics })
  const paths = ['/api/openapi.json', '/api/openapi.json', '/api/nothing', '/api/nothing', '/api/time', '/api/nothing']
  const statuses = []
  for (const path of paths) statuses.push((await fetch(strict.url + path)).status)
  expect(statuses).toEqual([200, 429, 404, 404, 429, 429])
  const { values } = await metrics.rateLimited.get()
  expect(values.filter(({ value }) => value > 0)).toMatchObject([
    { labels: { limit: 'requests' }, value: 1 },
    { labels: { limit: 'refusals' }, value: 2 },
  ])
})

test('what the exchange refuses is no refusal of the address: the account has a limit of its own', async () => {
  await using strict = await GatewayRig.open({ refusalsPer10Seconds: 2 })
  const cookie = await strict.guest()
  const { data } = (await (await strict.post('/api/orders', order(), { cookie })).json()) as {
    data: { orderId: string }
  }
  const cancel = () =>
    fetch(`${strict.url}/api/orders/${data.orderId}`, { method: 'DELETE', headers: { cookie, origin: strict.url } })
  expect((await cancel()).status).toBe(200)
  for (let sent = 0; sent < 5; sent++) expect((await cancel()).status).toBe(409)
})

describe('REST', () => {
  const get = (path: string, cookie?: string) =>
    fetch(rig.url + path, { headers: { ...(cookie !== undefined && { cookie }) } })
  const send = (method: string, path: string, cookie: string, origin: string | undefined = rig.url) =>
    fetch(rig.url + path, { method, headers: { cookie, ...(origin !== '' && { origin }) } })

  test('answers as the socket does', async () => {
    const cookie = await rig.guest()
    const body = order()
    const placed = await rig.post('/api/orders', body, { cookie })
    expect(placed.status).toBe(200)
    expect(placed.headers.get('ratelimit-remaining')).toBe('99')
    const { data } = (await placed.json()) as { data: { orderId: string } }
    expect(await (await get('/api/account', cookie)).json()).toMatchObject({
      data: { openOrders: [data.orderId && {}] },
    })
    expect(await (await get(`/api/orders/${data.orderId}`, cookie)).json()).toMatchObject({ data: { status: 'open' } })
    expect(await (await get('/api/orders?limit=1', cookie)).json()).toMatchObject({ data: { items: [{}] } })
    expect((await get('/api/orders?limit=x', cookie)).status).toBe(400)
    expect((await rig.post('/api/orders', { ...body, side: 'sell' }, { cookie })).status).toBe(409)
    expect((await send('DELETE', `/api/orders/${data.orderId}`, cookie)).status).toBe(200)
    expect((await send('DELETE', `/api/orders/${data.orderId}`, cookie)).status).toBe(409)
    expect((await get('/api/orders/none', cookie)).status).toBe(404)
    expect((await rig.post('/api/orders', order({ qty: 'x' }), { cookie })).status).toBe(400)
    expect((await get('/api/account')).status).toBe(401)
    expect((await get('/api/positions', cookie)).status).toBe(200)
    expect((await get('/api/candles/NOPE')).status).toBe(404)
    const nothing = await get('/api/nothing')
    expect([nothing.status, await nothing.json()]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }])
  })
  test('accepts changes only from its own pages, and only as JSON', async () => {
    const cookie = await rig.guest()
    expect((await send('DELETE', '/api/orders', cookie, 'https://evil.example')).status).toBe(403)
    expect((await send('DELETE', '/api/orders', cookie, '')).status).toBe(403)
    const form = { cookie, 'content-type': 'text/plain' }
    expect((await rig.post('/api/orders', order(), form)).status).toBe(400)
    expect((await rig.post('/api/orders', { junk: 'x'.repeat(20_000) }, { cookie })).status).toBe(413)
    const headers = { cookie, origin: rig.url, 'content-type': 'application/json' }
    const broken = await fetch(`${rig.url}/api/orders`, { method: 'POST', headers, body: '{' })
    expect(broken.status).toBe(400)
    expect((await fetch(`${rig.url}/api/time`, { headers: { authorization: 'Bearer x' } })).status).toBe(401)
  })
  test('answers clients that ask to upgrade to HTTP/2, as Java’s does', async () => {
    const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(rig.url).port) })
    const upgrade = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk'
    socket.write(`GET /api/time HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n\r\n`)
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })
  test('answers health checks, and sends security headers', async () => {
    expect((await get('/healthz')).status).toBe(200)
    expect((await get('/readyz')).status).toBe(200)
    const { headers } = await get('/api/time')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('strict-transport-security')).toBeNull()
  })
})

test('a gateway whose port is taken reports it and leaves nothing running', async () => {
  await expect(GatewayRig.open({}, Number(new URL(rig.url).port))).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('a gateway that closes notifies its sockets and answers pending requests', async () => {
  const leaving = await GatewayRig.open()
  const client = await leaving.connect({ cookie: await leaving.guest() })
  leaving.exchange.deaf = true
  const answer = client.ask('order.place', order())
  await expect.poll(() => leaving.exchange.unheard).toHaveLength(1)
  client.socket.once('server.closing', () => (leaving.exchange.deaf = false))
  const closed = new Promise((resolve) => client.socket.once('disconnect', resolve))
  const closing = leaving.close()
  expect(await answer).toMatchObject({ ok: true })
  expect(client.of('server.closing')).toHaveLength(1)
  expect(await closed).not.toBe('io server disconnect')
  await closing
})

test('a gateway that closes lets go of sockets that stay one after another, each after its own time', async () => {
  const leaving = await GatewayRig.open({ drainSpreadMs: 1_000 })
  const clients = await Promise.all(Array.from({ length: 8 }, () => leaving.connect()))
  const closed = clients.map(
    ({ socket }) => new Promise<number>((resolve) => socket.once('disconnect', () => resolve(performance.now()))),
  )
  const closing = leaving.close()
  const closedAt = await Promise.all(closed)
  const after = clients.map((client) => (client.of('server.closing')[0] as { afterMs: number }).afterMs)
  const spread = (times: readonly number[]) => Math.max(...times) - Math.min(...times)
  expect(spread(closedAt)).toBeGreaterThan(spread(after) / 2)
  await closing
})

test('a socket that is admitted while its gateway closes gets SHUTDOWN and may reconnect', async () => {
  const leaving = await GatewayRig.open()
  const cookie = await leaving.guest()
  const early = await leaving.connect({ cookie })
  leaving.exchange.deaf = true
  // Its handshake waits for what it missed until everyone else has been sent away.
  const connecting = leaving.connect({ cookie, auth: { resumeFrom: 0 } })
  await expect.poll(() => leaving.exchange.unheard).toHaveLength(1)
  early.socket.once('server.closing', () => (leaving.exchange.deaf = false))
  const closing = leaving.close()
  const late = await connecting
  const reason = await new Promise((resolve) => late.socket.once('disconnect', resolve))
  expect(late.seen.map(({ event }) => event)).toEqual(['welcome', 'goodbye'])
  expect(late.of('goodbye')).toEqual([
    { code: 'SHUTDOWN', message: expect.stringContaining('connect again') as string },
  ])
  expect(reason).toBe('transport close')
  expect(early.of('goodbye')).toEqual([])
  await closing
})

test('pages are compressed for clients that accept it, answers are not', async () => {
  const text = '<p>a page</p>'.repeat(1_000)
  await using paged = await GatewayRig.open({}, 0, (_request, response) => void response.type('html').send(text))
  const page = await fetch(paged.url, { headers: { 'accept-encoding': 'gzip' } })
  expect(page.headers.get('content-encoding')).toBe('gzip')
  expect(await page.text()).toBe(text)
  const plain = await fetch(paged.url, { headers: { 'accept-encoding': 'identity' } })
  expect(plain.headers.get('content-encoding')).toBeNull()
  const answer = await fetch(`${paged.url}/api/instruments`, { headers: { 'accept-encoding': 'gzip' } })
  expect(answer.headers.get('content-encoding')).toBeNull()
})
