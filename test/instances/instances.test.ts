import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Answer, StatusFrame } from '@valiant/shared/protocol/events'
import type { BookFrame } from '@valiant/shared/protocol/market-data'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { closeAll, connect, guest, guestCookie, market, newId, type ProtocolClient, rest } from '../protocol/client.ts'
import { Command } from '../process/command.ts'
import { freePort, type TestServer } from '../rig/server.ts'
import { soon } from '../rig/soon.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place[Symbol.asyncDispose]())
afterEach(() => closeAll())

/** The book's checksums that a client has seen, by market time, since each instance numbers its frames by itself. */
const checksums = (client: ProtocolClient): Map<string, number> =>
  new Map(client.of<BookFrame>('book').map(({ epoch, time, checksum }) => [`${epoch} ${time}`, checksum]))

/** Both have seen several states of the book at the same times, with equal checksums. */
async function expectSameBook(one: ProtocolClient, other: ProtocolClient): Promise<void> {
  await soon(() => {
    const [here, there] = [checksums(one), checksums(other)]
    const both = [...here.keys()].filter((state) => there.has(state))
    expect(both.length).toBeGreaterThan(5)
    expect(both.map((state) => here.get(state))).toEqual(both.map((state) => there.get(state)))
  })
}

describe('two servers on one Postgres and one Redis', () => {
  let a: TestServer
  let b: TestServer
  beforeAll(async () => {
    // Started together: one of them leads and creates the market's history.
    ;[a, b] = await Promise.all([place.join(), place.join()])
  })

  test('a guest created on one trades on the other, and sockets on both see it', async () => {
    const cookie = await guestCookie(a.url)
    const [atA, atB] = [await connect(a.url, { cookie }), await connect(b.url, { cookie })]
    const { symbol, qty, below } = await market(atB)
    const bought = await atB.place({ symbol, side: 'buy', type: 'market', qty: qty(2) })
    expect(bought.status).toBe('filled')
    const resting = await atA.place({ symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) })
    await soon(() => {
      const [here, there] = [atA, atB].map((client) => client.of<AccountFrame>('account').map(({ seq }) => seq))
      expect(here?.length).toBeGreaterThan(1)
      expect(here).toEqual(there)
    })
    const [accountA, accountB] = [await atA.account(), await atB.account()]
    expect(accountA.openOrders.map(({ orderId }) => orderId)).toEqual([resting.orderId])
    expect(accountB.openOrders).toEqual(accountA.openOrders)
    expect(accountB.account.cash).toBe(accountA.account.cash)
  })

  test('both have the same book, to the checksum', async () => {
    const [atA, atB] = [await guest(a.url), await guest(b.url)]
    const { symbol } = await market(atA)
    for (const client of [atA, atB]) await client.good('subscribe', { channel: 'book', symbols: [symbol], depth: 10 })
    await expectSameBook(atA, atB)
  })

  test('an order id sent to one is known to the other', async () => {
    const cookie = await guestCookie(a.url)
    const [atA, atB] = [await connect(a.url, { cookie }), await connect(b.url, { cookie })]
    const { symbol, qty } = await market(atA)
    const order = { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }
    const first = await atA.ask('order.place', order)
    expect(first).toMatchObject({ ok: true })
    expect(await atB.ask('order.place', order)).toMatchObject({
      ok: true,
      data: first.ok && first.data,
      duplicate: true,
    })
  })

  test('signing out on one closes the session’s sockets on the other', async () => {
    const cookie = await guestCookie(a.url)
    const atB = await connect(b.url, { cookie })
    const stranger = await guest(b.url)
    const ended = new Promise<string>((resolve) => atB.socket.once('disconnect', resolve))
    const response = await rest(a.url, '/api/auth/sign-out', { method: 'POST', body: {}, cookie })
    expect(response.status).toBe(200)
    await ended
    expect(atB.of('goodbye')).toEqual([expect.objectContaining({ code: 'SIGNED_OUT' })])
    expect(stranger.socket.connected).toBe(true)
  })

  test('when Redis is killed and restarts empty, sockets stay, and the market and orders resume', async () => {
    const cookie = await guestCookie(a.url)
    const [atA, atB] = [await connect(a.url, { cookie }), await connect(b.url, { cookie })]
    const { symbol, qty } = await market(atA)
    for (const client of [atA, atB]) await client.good('subscribe', { channel: 'book', symbols: [symbol], depth: 10 })
    await place.redis.kill()
    for (const client of [atA, atB]) {
      await soon(() => expect(client.of<StatusFrame>('status').at(-1)?.market).toBe('degraded'))
    }
    await atA.refused(
      'order.place',
      { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() },
      'UNAVAILABLE',
    )
    await place.redis.restart()
    for (const client of [atA, atB]) {
      await soon(() => expect(client.of<StatusFrame>('status').at(-1)?.market).toBe('open'))
      client.seen.splice(0)
      expect((await client.place({ symbol, side: 'buy', type: 'market', qty: qty() })).status).toBe('filled')
    }
    await expectSameBook(atA, atB)
    expect([atA.socket.connected, atB.socket.connected]).toEqual([true, true])
  })

  test('when the leader is killed, the other takes over and knows the earlier answers', async () => {
    const cookie = await guestCookie(a.url)
    const clients = [await connect(a.url, { cookie }), await connect(b.url, { cookie })] as const
    const { symbol, qty } = await market(clients[0])
    const order = { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }
    const first = await clients[0].ask('order.place', order)
    expect(first).toMatchObject({ ok: true })
    const [leader, standby] = a.log().includes('exchange: leads') ? [a, b] : [b, a]
    const survivor = leader === a ? clients[1] : clients[0]
    await leader.kill()
    const later = { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }
    await soon(async () => expect(await survivor.ask('order.place', later)).toMatchObject({ ok: true }))
    expect(await survivor.ask('order.place', order)).toMatchObject({
      ok: true,
      data: first.ok && first.data,
      duplicate: true,
    })
    // The standby now leads alone; the next test has a new one beside it.
    ;[a, b] = [standby, await place.join()]
  })

  test('when the leader is stopped, the other takes over, and no order is left in doubt', async () => {
    const client = await guest(b.url)
    const { symbol, qty } = await market(client)
    const sent: Promise<Answer>[] = []
    using flow = setInterval(() => {
      sent.push(client.ask('order.place', { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }))
    }, 20)
    await soon(() => expect(sent.length).toBeGreaterThan(10))
    expect(await a.stop()).toBe(0)
    await soon(() => expect(b.log()).toContain('exchange: leads'))
    const before = sent.length
    await soon(() => expect(sent.length).toBeGreaterThan(before + 20))
    clearInterval(flow)
    const codes = (await Promise.all(sent)).map((answer) => (answer.ok ? 'ok' : answer.error.code))
    // At worst refused for certain; the last orders are accepted again.
    expect(codes.filter((code) => code !== 'ok' && code !== 'UNAVAILABLE')).toEqual([])
    expect(codes.slice(-10)).toEqual(Array.from({ length: 10 }, () => 'ok'))
    expect(await b.stop()).toBe(0)
    expect(`${a.log()}${b.log()}`).not.toMatch(/"level":60|UnhandledPromiseRejection/)
  })
})

describe('one exchange and two gateways', () => {
  test('trade as one; the exchange serves only health checks, and gateways never lead', async () => {
    const exchange = await place.join({ ROLE: 'exchange' })
    const [a, b] = await Promise.all([place.join({ ROLE: 'gateway' }), place.join({ ROLE: 'gateway' })])
    for (const path of ['/', '/api/instruments', '/socket.io/']) {
      expect((await fetch(exchange.url + path)).status, path).toBe(404)
    }
    for (const path of ['/healthz', '/readyz']) expect((await fetch(exchange.url + path)).status, path).toBe(200)
    const cookie = await guestCookie(a.url)
    const [atA, atB] = [await connect(a.url, { cookie }), await connect(b.url, { cookie })]
    const { symbol, qty } = await market(atA)
    expect((await atA.place({ symbol, side: 'buy', type: 'market', qty: qty() })).status).toBe('filled')
    expect((await atB.place({ symbol, side: 'sell', type: 'market', qty: qty() })).status).toBe('filled')
    for (const client of [atA, atB]) await client.good('subscribe', { channel: 'book', symbols: [symbol], depth: 10 })
    await expectSameBook(atA, atB)
    // Another exchange is on standby; the first leaves, and the gateways carry on after a moment.
    const other = await place.join({ ROLE: 'exchange' })
    expect(await exchange.stop()).toBe(0)
    await soon(() => expect(other.log()).toContain('exchange: leads'))
    await soon(async () => {
      const order = { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }
      expect(await atB.ask('order.place', order)).toMatchObject({ ok: true })
    })
    expect(atA.socket.connected).toBe(true)
    expect(`${a.log()}${b.log()}`).not.toContain('exchange: leads')
    expect([await a.stop(), await b.stop(), await other.stop()]).toEqual([0, 0, 0])
  })
})

describe('a server that starts before its Redis', () => {
  let command: Command
  beforeEach(async () => {
    await place.redis.kill()
    command = new Command({ ...place.settings, PORT: String(await freePort()) })
    await command.waitFor('Waiting for Redis at redis://127.0.0.1')
  })
  afterEach(async () => {
    if (!command.hasEnded) command.process.kill('SIGKILL')
    await command.code()
    await place.redis.restart()
  })

  test('logs that it waits, and continues when Redis is up', async () => {
    await place.redis.restart()
    await command.ready()
    command.process.kill('SIGTERM')
    expect(await command.code()).toBe(0)
    expect(command.stderr).toBe('')
  })

  test('can be stopped while it waits', async () => {
    command.process.kill('SIGTERM')
    expect(await command.code()).toBe(0)
    expect(command.messages).toEqual(expect.arrayContaining(['Stopping …', 'Stopped.']))
  })
})
