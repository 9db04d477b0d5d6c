import { type IncomingMessage, request } from 'node:http'
import { EVENTS } from '@valiant/shared/protocol/events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, cookieOf, guest, guestCookie, market, rest } from './client.ts'

let server: TestServer
let url: string
beforeAll(async () => {
  server = await startServer()
  url = server.url
})
afterEach(closeAll)
afterAll(() => server[Symbol.asyncDispose]())

/** The HTTP answer to the handshake of a WebSocket. */
async function handshake(path: string, headers: Record<string, string | string[]> = {}) {
  const upgrade = {
    ...{ connection: 'Upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' },
  }
  const asked = request(url + path, { headers: { ...upgrade, ...headers } }).end()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('error', reject).once('response', resolve)
    asked.once('upgrade', (accepted, socket) => {
      socket.on('error', () => undefined).destroy()
      resolve(accepted)
    })
  })
  let text = ''
  if (answer.statusCode !== 101) for await (const chunk of answer.setEncoding('utf8')) text += String(chunk)
  return { status: answer.statusCode, text }
}

describe('a connection', () => {
  test('is welcomed first, then gets a heartbeat every second', async () => {
    const client = await connect(url)
    await expect.poll(() => client.of('heartbeat').length).toBeGreaterThanOrEqual(3)
    expect(client.seen[0]?.event).toBe('welcome')
    const welcome = EVENTS.welcome.parse(client.seen[0]?.frame)
    expect(welcome).toMatchObject({ protocol: 1, scopes: [], resumed: false, heartbeatMs: 1_000 })
    expect(welcome).not.toHaveProperty('accountId')
    expect(welcome.limits).toMatchObject({ frameBytes: 16_384, depth: 8, symbols: 200, drainSpreadMs: 0 })
    expect(welcome.limits).toMatchObject({ cancelsBurst: 200, accountChangesPerSecond: 5, accountChangesBurst: 10 })
    const beats = client.of('heartbeat').map((beat) => EVENTS.heartbeat.parse(beat))
    beats.slice(1).forEach(({ counter }, i) => expect(counter).toBe((beats[i]?.counter ?? 0) + 1))
  })
  test('with a cookie and its own origin has the account; without either it is public', async () => {
    const cookie = await guestCookie(url)
    const own = await connect(url, { cookie })
    await expect.poll(() => own.of('welcome')).toHaveLength(1)
    expect(own.of('welcome')[0]).toMatchObject({ accountId: (await own.money()).id, scopes: ['read', 'trade'] })
    for (const client of [await connect(url, { cookie, origin: '' }), await connect(url, { auth: {} })]) {
      await client.refused('account', {}, 'UNAUTHENTICATED')
      await client.good('time')
    }
  })
  test('by long polling is refused with the advice to use WebSocket', async () => {
    const response = await rest(url, '/socket.io/?EIO=4&transport=polling')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      ok: false,
      error: { code: 'INVALID', field: 'transport', message: expect.stringContaining('WebSocket') as string },
    })
  })
  test('whose proxy removes the Upgrade header is told so', async () => {
    const response = await rest(url, '/socket.io/?EIO=4&transport=websocket')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: {
        field: 'transport',
        message: expect.stringMatching(/found a request without Upgrade: websocket/) as string,
      },
    })
  })
  test('of a Socket.IO client before version 3 is told which version is served', async () => {
    for (const version of ['EIO=3&', '']) {
      const { status, text } = await handshake(`/socket.io/?${version}transport=websocket`)
      expect([status, text]).toEqual([400, expect.stringContaining('EIO: expected 4')])
    }
    expect(await handshake('/socket.io/?EIO=4&transport=websocket')).toMatchObject({ status: 101 })
  })
  test('that sends its origin twice, as some clients do, is of that origin', async () => {
    const path = '/socket.io/?EIO=4&transport=websocket'
    expect(await handshake(path, { origin: [url, url] })).toMatchObject({ status: 101 })
    expect(await handshake(path, { origin: [url, 'https://evil.example'] })).toMatchObject({ status: 400 })
    expect(await handshake(path, { origin: ['https://evil.example', url] })).toMatchObject({ status: 400 })
  })
  test('from a foreign page is refused', async () => {
    const cookie = await guestCookie(url)
    await expect(connect(url, { cookie, origin: 'https://evil.example' })).rejects.toThrow()
    await expect(connect(url, { origin: 'null' })).rejects.toThrow()
  })
  test('with a wrong key or another user’s account is refused with the reason', async () => {
    const theirs = await (await guest(url)).money()
    const cookie = await guestCookie(url)
    const why = (auth: Record<string, unknown>) =>
      connect(url, { cookie, auth }).then(
        () => undefined,
        (error: unknown) => (error as { data?: unknown }).data,
      )
    expect(await why({ apiKey: 'no-such-key' })).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await why({ accountId: theirs.id })).toMatchObject({ code: 'FORBIDDEN' })
  })
  test('beyond the maximum of an account replaces its oldest socket', async () => {
    await using small = await startServer({ LIMIT_SOCKETS_PER_ACCOUNT: '2' })
    const cookie = await guestCookie(small.url)
    const first = await connect(small.url, { cookie })
    await connect(small.url, { cookie })
    const third = await connect(small.url, { cookie })
    await expect.poll(() => first.socket.connected).toBe(false)
    expect(first.of('goodbye')).toMatchObject([{ code: 'REPLACED' }])
    await third.account()
  })
})

describe('a guest', () => {
  test('who signs up keeps account, position, open orders and ledger, and the guest session ends', async () => {
    const client = await guest(url)
    const { symbol, qty, below } = await market(client)
    await client.place({ symbol, side: 'buy', type: 'market', qty: qty() })
    const resting = await client.place({ symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) })
    const before = await client.account()
    const ledger = await client.good('ledger')
    const body = { email: `ada-${Date.now()}@example.com`, password: 'long enough', name: 'Ada' }
    const response = await rest(url, '/api/auth/sign-up/email', { method: 'POST', body, cookie: client.cookie })
    expect(response.status).toBe(200)
    await expect.poll(() => client.socket.connected).toBe(false)
    expect(client.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
    const lasting = await connect(url, { cookie: cookieOf(response) })
    const after = await lasting.account()
    expect(after.account.id).toBe(before.account.id)
    expect(after.account.cash).toBe(before.account.cash)
    expect(after.positions.map(({ qty: held }) => held)).toEqual(before.positions.map(({ qty: held }) => held))
    expect(after.openOrders.map(({ orderId }) => orderId)).toEqual([resting.orderId])
    expect(after.account.held).toBe(before.account.held)
    expect(await lasting.good('order.cancel', { orderId: resting.orderId })).toMatchObject({ status: 'canceled' })
    expect(await lasting.good('ledger')).toEqual(ledger)
    expect((await lasting.good('accounts')).map(({ id }) => id)).toEqual([before.account.id])
    const old = await connect(url, { cookie: client.cookie ?? '' })
    await old.refused('account', {}, 'UNAUTHENTICATED')
  })
  test('is not signed out, and gets no key, by a change with a foreign or missing Origin', async () => {
    const client = await guest(url)
    for (const path of ['/api/auth/sign-out', '/api/auth/sign-up/email', '/api/keys']) {
      for (const origin of ['https://evil.example', 'null', undefined]) {
        const headers = { cookie: client.cookie!, 'content-type': 'application/json', ...(origin && { origin }) }
        const response = await fetch(url + path, { method: 'POST', headers, body: '{}' })
        expect([response.status, await response.json()], `${path} ${origin}`).toMatchObject([
          403,
          { ok: false, error: { code: 'FORBIDDEN', outcome: 'not_executed' } },
        ])
      }
    }
    await client.account()
  })
  test('gets pages with the guest’s balance, which must not be cached', async () => {
    const cookie = await guestCookie(url)
    for (const path of ['/', '/account', '/portfolio', '/no-such-page', '/__data.json']) {
      const { headers } = await fetch(url + path, { headers: { cookie } })
      expect(headers.get('cache-control'), path).toMatch(/^private, no-/)
    }
    expect((await fetch(`${url}/favicon.svg`)).headers.get('cache-control')).toBeNull()
  })
  test('who asks for too many pages at once is told when to try again, and still gets files', async () => {
    await using strict = await startServer({ LIMIT_PAGES_PER_SECOND: '1' })
    const paths = ['/', '/no-such-page', '/__data.json', '/%', '/%00']
    const all = (some: string[]) => Promise.all(some.map((path) => fetch(strict.url + path)))
    const pages = await all(paths.flatMap((path) => Array<string>(8).fill(path)))
    for (const path of paths) {
      const refused = pages.find(({ url, status }) => status === 429 && url === strict.url + path)
      expect(Number(refused?.headers.get('retry-after')), path).toBeGreaterThan(0)
    }
    const files = await all(Array<string>(8).fill('/favicon.svg'))
    expect(files.map(({ status }) => status)).toEqual(Array(8).fill(200))
  })
  test('beyond the quota of an address is refused with the time to try again', async () => {
    await using strict = await startServer({ LIMIT_GUESTS_PER_MINUTE: '1' })
    await guestCookie(strict.url)
    const headers = { 'x-forwarded-for': '9.9.9.9', 'x-valiant-ip': '8.8.8.8' }
    const response = await rest(strict.url, '/api/auth/sign-in/anonymous', { method: 'POST', body: {}, headers })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('a socket cannot harm the server', () => {
  test('by a frame over the limit, which is refused, and the socket stays open', async () => {
    const client = await guest(url)
    const { symbol, below, qty } = await market(client)
    const order = { clientOrderId: 'large', symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) }
    /** A frame of this many bytes, for an acknowledgement number of one digit. */
    const frame = (event: string, payload: object, bytes: number, letter = 'x') => {
      const around = Buffer.byteLength(`20${JSON.stringify([event, { ...payload, junk: '' }])}`)
      return { ...payload, junk: letter.repeat((bytes - around) / Buffer.byteLength(letter)) }
    }
    const public_ = await connect(url)
    const { details } = await public_.refused('time', frame('time', {}, 16_384), 'INVALID')
    expect(details).toMatchObject({ rule: 'unknown' })
    for (const [bytes, letter] of [[16_385], [16_386, 'é'], [60_000]] as [number, string?][]) {
      await public_.refused('time', frame('time', {}, bytes, letter), 'PAYLOAD_TOO_LARGE')
    }
    const large = { ...order, junk: 'x'.repeat(20_000) }
    const { message } = await client.refused('order.place', large, 'PAYLOAD_TOO_LARGE')
    expect(message).toMatch(/^Expected a frame of at most 16384 bytes, found one of 2\d{4}\.$/)
    for (const event of ['no.such.event', 'n'.repeat(70)]) await client.refused(event, large, 'PAYLOAD_TOO_LARGE')
    // The size is checked before everything else, even authentication.
    await public_.refused('order.place', large, 'PAYLOAD_TOO_LARGE')
    client.socket.emit('order.place', large)
    await client.refused('order.get', { clientOrderId: 'large' }, 'NOT_FOUND')
    expect(await client.place(order)).toMatchObject({ clientOrderId: 'large', status: 'open' })
    expect([client.socket.connected, public_.socket.connected]).toEqual([true, true])
  })
  test('by a frame far over the limit, which ends the socket', async () => {
    const victim = await connect(url)
    const bystander = await connect(url)
    victim.socket.emit('time', { junk: 'x'.repeat(200_000) }, () => undefined)
    await expect.poll(() => victim.socket.connected).toBe(false)
    await bystander.good('time')
  })
  test('by malformed events and payloads, which are INVALID', async () => {
    const client = await guest(url)
    for (const event of ['no.such.event', 'constructor', 'toString', '__proto__', 'error', 'position.close']) {
      await client.refused(event, {}, 'INVALID')
    }
    let deep: unknown = 1
    for (let i = 0; i < 2_000; i++) deep = [deep]
    for (const payload of [null, 7, 'x', [], [[]], true, { a: 1 }, { deep }, { b: Buffer.from('x') }]) {
      await client.refused('account', payload, 'INVALID')
    }
    expect(await client.ask('account')).toMatchObject({ error: { code: 'INVALID', details: { rule: 'required' } } })
  })
  test('by emits without an acknowledgement, which do nothing', async () => {
    const client = await guest(url)
    const { symbol, below, qty } = await market(client)
    const order = { clientOrderId: 'silent', symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) }
    client.socket.emit('order.place', order)
    client.socket.emit('order.place')
    await client.refused('order.get', { clientOrderId: 'silent' }, 'NOT_FOUND')
    expect((await client.account()).openOrders).toEqual([])
  })
  test('by requests over the rate limit', async () => {
    await using strict = await startServer({ LIMIT_REQUESTS_PER_SECOND: '5' })
    const client = await connect(strict.url)
    const from = performance.now()
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.ask('time', {})))
    // On a slow machine some of the five per second are refilled meanwhile.
    const cameBack = Math.floor((performance.now() - from) / 200)
    expect(answers.slice(0, 5).every(({ ok }) => ok)).toBe(true)
    expect(answers.filter(({ ok }) => ok).length).toBeLessThanOrEqual(5 + cameBack)
    const refused = answers.find(({ ok }) => !ok)
    expect(refused).toMatchObject({ error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number } })
    // A known id comes before the rate, and the rate before the fields.
    const account = await guest(strict.url)
    const first = { key: 'theme', value: 'dark', requestId: 'once' }
    await account.good('preferences.set', first)
    const ask = (payload: object) => account.ask('preferences.set', payload)
    void Array.from({ length: 10 }, () => account.ask('time', {}))
    const sent = [first, { ...first, value: 'light' }, { ...first, key: 7 }, { key: 7 }].map(ask)
    expect(await Promise.all(sent)).toMatchObject([
      { ok: true, data: { theme: 'dark' }, duplicate: true },
      { error: { code: 'DUPLICATE_CLIENT_ORDER_ID' } },
      { error: { code: 'DUPLICATE_CLIENT_ORDER_ID' } },
      { error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number } },
    ])
  })
})
