import { expect, test } from 'vitest'
import { newId } from './client.ts'
import { desk } from './desk.ts'

const at = desk()
const order = (more: object) => ({ clientOrderId: newId(), symbol: at.on.symbol, side: 'buy', ...more })

test('a preview shows the order’s fills, its cost and what would be left', async () => {
  const { client, on } = at
  const preview = await client.good('order.preview', order({ type: 'market', qty: on.qty(10) }))
  expect(preview.fills.reduce((sum, [, qty]) => sum + Number(qty), 0)).toBe(Number(on.qty(10)))
  expect(preview.slippageBps).toBeGreaterThanOrEqual(0)
  const left = 100_000 - Number(preview.notional) - Number(preview.fee)
  expect(Number(preview.buyingPowerAfter)).toBeCloseTo(left, 2)
  expect(preview).not.toHaveProperty('marginAfter')
  expect(await client.account()).toMatchObject({ positions: [], openOrders: [], account: { held: '0.00' } })
})

test('a preview needs no id', async () => {
  const { client, on } = at
  const order = { symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) }
  expect(await client.good('order.preview', order)).toMatchObject({ qty: on.qty(), fills: [] })
  expect(await client.refused('order.preview', { ...order, clientOrderId: '' }, 'INVALID')).toMatchObject({
    field: 'clientOrderId',
  })
})

test('a preview of a notional order shows the quantity that the money buys', async () => {
  const { client, on } = at
  const preview = await client.good('order.preview', order({ type: 'market', notional: '5000.00' }))
  expect(Number(preview.notional) + Number(preview.fee)).toBeLessThanOrEqual(5_000)
  expect(Number(preview.qty) * Number(on.price(on.askTicks))).toBeGreaterThan(4_800)
  const bought = await client.place(order({ type: 'market', notional: '5000.00' }))
  expect(Math.abs(Number(bought.qty) - Number(preview.qty))).toBeLessThanOrEqual(1)
})

test('a preview in a margin account shows the margin used and the liquidation price', async () => {
  const { client } = at
  await client.good('account.update', { mode: 'margin' })
  const preview = await client.good('order.preview', order({ type: 'market', side: 'sell', qty: '1500' }))
  expect(Number(preview.marginAfter)).toBeGreaterThan(0.45 * Number(preview.notional))
  expect(Number(preview.liquidationPrice)).toBeGreaterThan(Number(preview.avgPrice))
})

test('a preview is refused like the order, and does not use up its id', async () => {
  const { client } = at
  const rich = order({ type: 'market', qty: '500000' })
  await client.refused('order.preview', rich, 'INSUFFICIENT_FUNDS')
  await client.refused('order.preview', order({ type: 'market', side: 'sell', qty: '1' }), 'INSUFFICIENT_POSITION')
  expect(await client.ask('order.place', { ...rich, qty: at.on.qty() })).toMatchObject({ ok: true })
})
