import type { Order } from '@valiant/shared/protocol/order'
import { expect, test } from 'vitest'
import { desk, frameOf, ordersOf } from './desk.ts'

const at = desk()
const entry = (more: object) => ({ symbol: at.on.symbol, side: 'buy', qty: at.on.qty(2), ...more })
const exits = () => ({ takeProfit: { limitPrice: at.on.above(3) }, stopLoss: { stopPrice: at.on.below(3) } })
const legsOf = ({ orderId }: Order) => [...ordersOf(at.client).values()].filter((o) => o.parentOrderId === orderId)
const states = (orders: readonly Order[]) => orders.map(({ role, status, reason }) => [role, status, reason])

test('legs are held while their entry rests, and end with it', async () => {
  const { client, on } = at
  const resting = await client.place(entry({ type: 'limit', limitPrice: on.below(2), ...exits() }))
  await frameOf(client, resting.seq)
  expect(states(legsOf(resting))).toEqual([['take_profit', 'held', undefined], ['stop_loss', 'held', undefined]]) // prettier-ignore
  const canceled = await client.good('order.cancel', { orderId: resting.orderId })
  await frameOf(client, canceled.seq)
  expect(states(legsOf(resting))).toEqual([['take_profit', 'canceled', 'parent_closed'], ['stop_loss', 'canceled', 'parent_closed']]) // prettier-ignore
})

test('legs activate when their entry fills, for the filled quantity, and share the position', async () => {
  const { client, on } = at
  const filled = await client.place(entry({ type: 'market', ...exits() }))
  await frameOf(client, filled.seq)
  const legs = legsOf(filled)
  expect(states(legs)).toEqual([['take_profit', 'open', undefined], ['stop_loss', 'untriggered', undefined]]) // prettier-ignore
  for (const leg of legs) expect(leg).toMatchObject({ side: 'sell', qty: on.qty(2), reduceOnly: true, groupId: filled.orderId }) // prettier-ignore
})

test('a trailing stop loss may begin with a price of its own', async () => {
  const { client, on } = at
  const stopLoss = { stopPrice: on.below(1), trailPercent: '3' }
  const resting = await client.place(entry({ type: 'limit', limitPrice: on.below(2), stopLoss }))
  await frameOf(client, resting.seq)
  const leg = { type: 'trailing_stop', status: 'held', stopPrice: on.below(1), trailPercent: '3' }
  expect(legsOf(resting)).toMatchObject([leg])
  const filled = await client.place(entry({ type: 'market', stopLoss }))
  await frameOf(client, filled.seq)
  expect(legsOf(filled)).toMatchObject([{ ...leg, status: 'untriggered' }])
})

test('a leg is found, amended and canceled by the clientOrderId that its frames show', async () => {
  const { client, on } = at
  const resting = await client.place(entry({ type: 'limit', limitPrice: on.below(2), ...exits() }))
  await frameOf(client, resting.seq)
  const [leg] = legsOf(resting)
  const clientOrderId = leg!.clientOrderId
  const { orderId } = await client.good('order.get', { clientOrderId })
  expect(orderId).toBe(leg!.orderId)
  const limitPrice = on.above(4)
  expect(await client.good('order.amend', { clientOrderId, limitPrice })).toMatchObject({ orderId, limitPrice })
  expect(await client.good('order.cancel', { clientOrderId })).toMatchObject({ orderId, status: 'canceled' })
  expect(await client.good('order.get', { clientOrderId })).toMatchObject({ orderId, status: 'canceled' })
  await client.refused('order.get', { clientOrderId: '#99999' }, 'NOT_FOUND')
  // Only the exchange assigns these ids: an order with one is refused.
  const own = entry({ type: 'limit', limitPrice: on.below(2), clientOrderId })
  expect(await client.refused('order.place', own, 'INVALID')).toMatchObject({ field: 'clientOrderId' })
})

test('a leg that fills cancels the other', async () => {
  const { client, on } = at
  const takes = { takeProfit: { limitPrice: on.below(1) }, stopLoss: { stopPrice: on.below(3) } }
  const filled = await client.place(entry({ type: 'market', ...takes }))
  await frameOf(client, filled.seq)
  expect(states(legsOf(filled))).toEqual([['take_profit', 'filled', undefined], ['stop_loss', 'canceled', 'sibling_filled']]) // prettier-ignore
  expect((await client.account()).positions).toEqual([])
})

test('position.protect replaces the exits of a position, position.close cancels them', async () => {
  const { client, on } = at
  const { symbol } = on
  await client.place(entry({ type: 'market' }))
  const first = await client.good('position.protect', { symbol, ...exits() })
  expect(first).toMatchObject({ takeProfit: { status: 'open' }, stopLoss: { status: 'untriggered' } })
  const refusal = { symbol, stopLoss: { stopPrice: on.above(3) } }
  expect(await client.refused('position.protect', refusal, 'STOP_WOULD_TRIGGER')).toMatchObject({ field: 'stopLoss' })
  const second = await client.good('position.protect', {
    symbol,
    qty: on.qty(1),
    takeProfit: { limitPrice: on.above(4) },
  })
  expect(second).not.toHaveProperty('stopLoss')
  await frameOf(client, second.seq)
  expect(ordersOf(client).get(first.stopLoss?.orderId ?? '')).toMatchObject({ status: 'canceled', reason: 'replaced' })
  const half = await client.good('position.close', { symbol, qty: on.qty(1) })
  expect(half).toMatchObject({ status: 'filled', filledQty: on.qty(1), reduceOnly: true })
  const rest = await client.good('position.close', { symbol })
  await frameOf(client, rest.seq)
  expect(ordersOf(client).get(second.takeProfit?.orderId ?? '')).toMatchObject({ reason: 'reduce_only' })
  expect(await client.account()).toMatchObject({ positions: [], openOrders: [] })
  await client.refused('position.close', { symbol }, 'REDUCE_ONLY_WOULD_INCREASE')
})
