import { AccountFrame } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, guest, market, newId } from './client.ts'

const SOCKETS = 4
const IN_FLIGHT = 64
const ROUNDS = 8

let server: TestServer
beforeAll(async () => {
  server = await startServer({
    LIMIT_ORDERS_PER_SECOND: '100000',
    LIMIT_ORDERS_BURST: '100000',
    LIMIT_OPEN_ORDERS: '10000',
  })
})
afterEach(closeAll)
afterAll(() => server[Symbol.asyncDispose]())

test('with 64 orders in flight over four sockets, the seq of frames rises by one and each answer names its frame', async () => {
  const first = await guest(server.url)
  const { symbol, qty, below } = await market(first)
  const others = await Promise.all(
    Array.from({ length: SOCKETS - 1 }, () => connect(server.url, { cookie: first.cookie ?? '' })),
  )
  const sockets = [first, ...others]
  const start = Math.max(...(await Promise.all(sockets.map(async (socket) => (await socket.account()).seq))))
  const answers: Answer[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Array.from({ length: IN_FLIGHT }, async (_, i) => {
      const socket = sockets[i % SOCKETS] ?? first
      const base = { clientOrderId: newId(), symbol, qty: qty() }
      if (i % 4 === 0) return socket.ask('order.place', { ...base, side: 'buy', type: 'market' })
      if (i % 4 === 1) return socket.ask('order.place', { ...base, side: 'sell', type: 'market' })
      const resting = { ...base, side: 'buy', type: 'limit', limitPrice: below(2) }
      const placed = await socket.ask('order.place', resting)
      return i % 4 === 2 ? placed : socket.ask('order.cancel', { clientOrderId: base.clientOrderId })
    })
    answers.push(...(await Promise.all(asked)))
  }
  const end = (await first.account()).seq
  for (const socket of sockets) {
    const frames = () => socket.of<AccountFrame>('account').filter(({ seq }) => seq > start)
    await expect.poll(() => frames().at(-1)?.seq).toBe(end)
    expect(frames().map(({ seq }) => seq)).toEqual(Array.from({ length: end - start }, (_, i) => start + 1 + i))
  }
  const bySeq = new Map(first.of<AccountFrame>('account').map((frame) => [frame.seq, AccountFrame.parse(frame)]))
  for (const answer of answers) {
    const answered = answer.ok ? (answer.data as PlacedOrder) : answer.error
    const order = answer.ok ? (answer.data as PlacedOrder) : (answer.error.order as PlacedOrder)
    expect(bySeq.get(answered.seq ?? -1)?.orders).toContainEqual(
      expect.objectContaining({ orderId: order.orderId, status: order.status }),
    )
  }
  await expect.poll(() => first.of('heartbeat').at(-1)).toMatchObject({ accountSeq: end })
})

test('a known id is answered before the rate limit is checked', async () => {
  await using strict = await startServer({ LIMIT_ORDERS_PER_SECOND: '1', LIMIT_ORDERS_BURST: '2' })
  const bot = await guest(strict.url)
  const { symbol, qty, below } = await market(bot)
  const order = () => ({ clientOrderId: newId(), symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) })
  const known = order()
  expect(await bot.ask('order.place', known)).toMatchObject({ ok: true })
  const flood = await Promise.all(Array.from({ length: 20 }, () => bot.ask('order.place', order())))
  const refused = flood.filter((answer) => !answer.ok)
  expect(refused.length).toBeGreaterThan(15)
  for (const answer of refused) {
    expect(answer).toMatchObject({ error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) as number } })
  }
  expect(await bot.ask('order.place', known)).toMatchObject({ ok: true, duplicate: true })
  expect(await bot.ask('order.cancel', { clientOrderId: known.clientOrderId })).toMatchObject({ ok: true })
})
