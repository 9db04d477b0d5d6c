import { expect, test } from 'vitest'
import { guest, newId } from './client.ts'
import { desk, frameOf, ordersOf } from './desk.ts'

const at = desk()
const sale = (more: object) => ({ symbol: at.on.symbol, side: 'sell', qty: at.on.qty(), ...more })

/** Sells so much that the market falls through several levels, but not below `limitPrice` if given. */
async function sellOff(limitPrice?: string): Promise<void> {
  const seller = await guest(at.server.url)
  await seller.good('account.update', { mode: 'margin' })
  await seller.good('account.deposit', { amount: '10000000.00' })
  const how = limitPrice === undefined ? { type: 'market' } : { type: 'limit', timeInForce: 'ioc', limitPrice }
  // The market may have risen since it was read, so one with a limit sells more than is bid down to there.
  const qty = limitPrice === undefined ? '20000' : '100000'
  await seller.place({ symbol: at.on.symbol, side: 'sell', qty, ...how })
}

test('stops of each type wait, show their prices and reserve what they sell', async () => {
  const { client, on } = at
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(3) })
  const stop = await client.place(sale({ type: 'stop', stopPrice: on.below(3) }))
  expect(stop).toMatchObject({ status: 'untriggered', stopPrice: on.below(3), fills: [] })
  const limit = { type: 'stop_limit', stopPrice: on.below(3), limitPrice: on.below(4) }
  expect(await client.place(sale(limit))).toMatchObject({ status: 'untriggered', limitPrice: on.below(4) })
  const trailing = await client.place(sale({ type: 'trailing_stop', trailPercent: '5' }))
  expect(trailing).toMatchObject({ status: 'untriggered', trailPercent: '5' })
  expect(Number(trailing.highWater) * 0.95).toBeCloseTo(Number(trailing.stopPrice), 0)
  await client.refused('order.place', { ...sale({ type: 'market' }), clientOrderId: 'more' }, 'INSUFFICIENT_POSITION')
  expect((await client.account()).openOrders).toHaveLength(3)
})

test('a stop that the market has already passed is refused with the last price', async () => {
  const { client, on } = at
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  const passed = sale({ type: 'stop', stopPrice: on.above(2), clientOrderId: 'passed' })
  const error = await client.refused('order.place', passed, 'STOP_WOULD_TRIGGER')
  expect(Number(error.details?.['last'])).toBeGreaterThan(0)
  expect(error.order).toMatchObject({ status: 'rejected', rejectCode: 'STOP_WOULD_TRIGGER' })
})

test('a stop is triggered by a trade and fills in that frame; a trailing one follows the market', async () => {
  const { client, on } = at
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(2) })
  const near = on.price(on.bidTicks - 5)
  const stop = await client.place(sale({ type: 'stop', stopPrice: near }))
  const trailing = await client.place(sale({ type: 'trailing_stop', trailAmount: '0.05' }))
  await sellOff()
  for (const { orderId } of [stop, trailing]) {
    await expect.poll(() => ordersOf(client).get(orderId)?.status).toBe('filled')
  }
  const filled = await client.good('order.get', { orderId: stop.orderId })
  expect(filled.fills.length).toBeGreaterThan(0)
  expect(Number(filled.avgPrice)).toBeLessThanOrEqual(Number(near))
  const causes = client.of<{ cause: string }>('account').map(({ cause }) => cause)
  expect(causes).toContain('trigger')
})

test('an ioc stop-limit fills what it can when it triggers, and cancels the rest', async () => {
  const { client, on } = at
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(2) })
  const ioc = { type: 'stop_limit', timeInForce: 'ioc', stopPrice: on.price(on.bidTicks - 5) }
  const wide = await client.place(sale({ ...ioc, limitPrice: on.below(4) }))
  const narrow = await client.place(sale({ ...ioc, limitPrice: on.above(2) }))
  expect([wide, narrow]).toMatchObject([
    { status: 'untriggered', timeInForce: 'ioc' },
    { status: 'untriggered', timeInForce: 'ioc' },
  ])
  const buyer = await guest(at.server.url)
  await buyer.place({ symbol: on.symbol, side: 'buy', type: 'limit', limitPrice: on.below(3), qty: on.qty() })
  await sellOff(on.below(2))
  const last = (orderId: string) => ordersOf(client).get(orderId)
  await expect.poll(() => last(wide.orderId)?.status).toBe('filled')
  await expect
    .poll(() => last(narrow.orderId))
    .toMatchObject({ status: 'canceled', reason: 'ioc_remainder', filledQty: '0' })
})

test('an impossible amend and an expireAt in the past are refused with an accurate message', async () => {
  const { client, on } = at
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(2) })
  const { orderId } = await client.place(sale({ type: 'trailing_stop', trailPercent: '5' }))
  const follows = await client.refused('order.amend', { orderId, stopPrice: on.below(3) }, 'INVALID')
  expect(follows).toMatchObject({ field: 'stopPrice', details: { rule: 'unknown' } })
  expect(follows.message).toBe(
    `stopPrice: expected nothing, since that of a trailing stop follows the market, found "${on.below(3)}".`,
  )
  const none = await client.refused('order.amend', { orderId, limitPrice: on.below(3) }, 'INVALID')
  expect(none.message).toBe(`limitPrice: expected nothing, since a trailing stop has none, found "${on.below(3)}".`)
  const expireAt = Date.now() - 1_000
  const over = sale({ type: 'stop', stopPrice: on.below(3), timeInForce: 'gtd', expireAt, clientOrderId: newId() })
  const past = await client.refused('order.place', over, 'INVALID')
  expect(past.message).toMatch(/^expireAt: expected a time after \d{13}, found \d{13}\.$/)
  expect(past.message).toContain(String(expireAt))
})

test('a waiting stop is amended and canceled like any order, and expires on time', async () => {
  const { client, on } = at
  await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty(2) })
  const { orderId } = await client.place(sale({ type: 'stop', stopPrice: on.below(3) }))
  expect(await client.good('order.amend', { orderId, stopPrice: on.below(4) })).toMatchObject({
    ...{ status: 'untriggered', stopPrice: on.below(4) },
  })
  expect(await client.good('order.cancel', { orderId })).toMatchObject({ status: 'canceled', reason: 'user' })
  const gtd = { type: 'stop', stopPrice: on.below(3), timeInForce: 'gtd', expireAt: Date.now() + 500 }
  const short = await client.place(sale(gtd))
  await expect.poll(() => ordersOf(client).get(short.orderId)).toMatchObject({ status: 'expired', reason: 'gtd' })
  const day = await client.place(sale({ type: 'stop', stopPrice: on.below(3), timeInForce: 'day' }))
  expect(day.expireAt).toBeGreaterThan(Date.now())
  expect(new Date(day.expireAt ?? 0).toISOString()).toMatch(/T20:00:00.000Z$/)
  expect((await frameOf(client, day.seq)).orders).toMatchObject([{ expireAt: day.expireAt }])
})
