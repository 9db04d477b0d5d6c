import { expect, test } from 'vitest'
import { newId } from './client.ts'
import { desk, frameOf } from './desk.ts'

const at = desk()
const buy = (more: object = {}) => ({
  ...{ symbol: at.on.symbol, side: 'buy', type: 'limit', qty: at.on.qty(10), limitPrice: at.on.below(2) },
  ...more,
})

test('an amend keeps its priority only if the quantity falls, and makes one frame', async () => {
  const { client, on } = at
  const { orderId, clientOrderId } = await client.place(buy())
  const less = await client.good('order.amend', { orderId, qty: on.qty(5) })
  expect(less).toMatchObject({ orderId, qty: on.qty(5), priorityKept: true, version: 2 })
  expect(await frameOf(client, less.seq)).toMatchObject({ cause: 'amend', orders: [{ orderId, qty: on.qty(5) }] })
  expect(await client.good('order.amend', { clientOrderId, qty: on.qty(6) })).toMatchObject({ priorityKept: false })
  const moved = await client.good('order.amend', { orderId, limitPrice: on.below(3) })
  expect(moved).toMatchObject({ limitPrice: on.below(3), priorityKept: false, qty: on.qty(6) })
})

test('an amend to a marketable price fills, and its answer has the fills', async () => {
  const { client, on } = at
  const { orderId } = await client.place(buy())
  const filled = await client.good('order.amend', { orderId, limitPrice: on.above(1) })
  expect(filled).toMatchObject({ status: 'filled', filledQty: on.qty(10) })
  expect(filled.fills.length).toBeGreaterThan(0)
})

test('a new total at or below what is filled cancels the rest, so that 0 cancels an order', async () => {
  const { client, on } = at
  for (const more of [{}, { limitPrice: on.below(3) }]) {
    const { orderId } = await client.place(buy())
    const amended = await client.good('order.amend', { orderId, qty: '0', ...more })
    expect(amended).toMatchObject({ orderId, status: 'canceled', reason: 'user', qty: on.qty(10), remainingQty: '0' })
    expect(await frameOf(client, amended.seq)).toMatchObject({ orders: [{ orderId, status: 'canceled' }] })
  }
  expect(await client.money()).toMatchObject({ held: '0.00' })
})

test('a refused amend gives the reason and changes nothing', async () => {
  const { client, on } = at
  const { orderId } = await client.place(buy())
  const { held } = await client.money()
  const invalid = await client.refused('order.amend', { orderId, qty: '0.5' }, 'INVALID')
  expect(invalid).toMatchObject({ field: 'qty', details: { rule: 'lot', nearest: '1' } })
  await client.refused('order.amend', { orderId, stopPrice: on.below(5) }, 'INVALID')
  const rich = await client.refused('order.amend', { orderId, qty: '100000' }, 'INSUFFICIENT_FUNDS')
  expect(rich.details).toMatchObject({
    required: expect.any(String) as string,
    available: expect.any(String) as string,
  })
  expect(rich.order).toMatchObject({ orderId, status: 'open', qty: on.qty(10) })
  await client.refused('order.amend', { orderId, limitPrice: on.above(50) }, 'PRICE_BAND')
  expect(await client.good('order.get', { orderId })).toMatchObject({ status: 'open', qty: on.qty(10), version: 1 })
  expect((await client.money()).held).toBe(held)
})

test('an amend with a requestId is executed once; for a closed or unknown order it is refused', async () => {
  const { client, on } = at
  const { orderId } = await client.place(buy())
  const amend = { orderId, qty: on.qty(5), requestId: newId() }
  await client.good('order.amend', amend)
  expect(await client.ask('order.amend', amend)).toMatchObject({ ok: true, duplicate: true, data: { version: 2 } })
  const other = { ...amend, qty: on.qty(4) }
  const taken = await client.refused('order.amend', other, 'DUPLICATE_CLIENT_ORDER_ID')
  expect(taken).not.toHaveProperty('order')
  expect(taken.message).toBe(`requestId "${amend.requestId}" was already used for another request.`)
  await client.good('order.cancel', { orderId })
  const closed = await client.refused('order.amend', { orderId, qty: on.qty(1) }, 'ORDER_CLOSED')
  expect(closed.order).toMatchObject({ orderId, status: 'canceled' })
  await client.refused('order.amend', { clientOrderId: newId(), qty: on.qty(1) }, 'NOT_FOUND')
})

test('an orderId that no order can have is looked at after the requestId and the rate', async () => {
  const { client } = at
  const requestId = newId()
  await client.good('order.cancelAll', { requestId })
  for (const orderId of ['x', '0000000000001']) {
    for (const [event, more] of [['order.cancel'], ['order.amend', { qty: at.on.qty() }]] as const) {
      const answer = await client.ask(event, { orderId, ...more })
      const remaining: unknown = expect.any(Number)
      expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' }, rate: { remaining } })
      await client.refused(event, { orderId, ...more, requestId }, 'DUPLICATE_CLIENT_ORDER_ID')
    }
  }
})
