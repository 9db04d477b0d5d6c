import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { closeAll, connect, guest, market } from '../protocol/client.ts'
import { ordersOf } from '../protocol/desk.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place[Symbol.asyncDispose]())
afterEach(() => closeAll())

test('a connection to any instance keeps the orders, whichever leads; without one they are canceled', async () => {
  const first = await place.join()
  const second = await place.join()
  const trader = await guest(second.url)
  const cookie = trader.cookie!
  const auth = { cancelOnDisconnect: 3_000 }
  const atFirst = await connect(first.url, { cookie, auth })
  const atSecond = await connect(second.url, { cookie, auth })
  const { symbol, below, qty } = await market(trader)
  const { orderId } = await atFirst.place({ symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) })
  // The first leads: it stops, and its connection ends. The second then leads, and still has a connection.
  await first.stop()
  await expect.poll(() => trader.good('order.get', { orderId })).toMatchObject({ status: 'open' })
  const { time } = await trader.good('time')
  await expect.poll(async () => (await trader.good('time')).time).toBeGreaterThan(time + 5_000)
  expect((await trader.good('order.get', { orderId })).status).toBe('open')
  atSecond.socket.disconnect()
  await expect.poll(() => ordersOf(trader).get(orderId)?.reason).toBe('dead_man')
})

test('a withdrawal on one instance covers connections lost on another, but not those that still want it', async () => {
  const first = await place.join()
  const second = await place.join()
  const trader = await guest(first.url)
  const cookie = trader.cookie!
  const auth = { cancelOnDisconnect: 1_500 }
  const [gone, stays] = [await connect(first.url, { cookie, auth }), await connect(second.url, { cookie })]
  const { symbol, below, qty } = await market(trader)
  gone.socket.disconnect()
  // Messages of two instances are not ordered: a later request on the same instance shows that the exchange knows who left.
  const after = await connect(first.url, { cookie })
  const { orderId } = await after.place({ symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(2) })
  await stays.good('cancelOnDisconnect', { graceMs: 0 })
  const { time } = await trader.good('time')
  await expect.poll(async () => (await trader.good('time')).time).toBeGreaterThan(time + 3_000)
  expect((await trader.good('order.get', { orderId })).status).toBe('open')

  const asks = await connect(first.url, { cookie, auth })
  await stays.good('cancelOnDisconnect', { graceMs: 0 })
  await expect.poll(async () => (await trader.good('time')).time).toBeGreaterThan(time + 5_000)
  asks.socket.disconnect()
  await expect.poll(() => ordersOf(trader).get(orderId)?.reason).toBe('dead_man')
})
