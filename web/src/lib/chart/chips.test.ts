import { expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { scaleOf } from '#lib/ticket/scale.ts'
import { type Chip, chipsOf, placed } from './chips.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const chip = (id: string, price: number): Chip => ({ id, price, head: 'Buy', text: '', label: id, canCancel: true })
const within = { top: 50, bottom: 300, decimals: 2 }

test('a chip says what still waits of an order', () => {
  const order = {
    orderId: '1',
    side: 'buy',
    qty: '200',
    filledQty: '60',
    remainingQty: '140',
    limitPrice: '183.60',
  } as Order
  expect(chipsOf([order], undefined, { name: 'NOVA', scale })).toMatchObject([
    { head: 'Buy', text: 'Limit 140 of 200', label: 'Buy 140 NOVA at 183.60' },
  ])
})

test('chips stand at their price, and apart', () => {
  const chips = placed([chip('low', 200), chip('high', 190)], (price) => price, within)
  expect(chips.map(({ id, y }) => [id, y])).toEqual([
    ['high', 190],
    ['low', 212],
  ])
})

test('off the scale a chip sticks to the edge with its price and an arrow', () => {
  const [above, below] = placed([chip('above', 10), chip('below', 999)], (price) => price, within)
  expect(above).toMatchObject({ y: 50, off: '10.00 ↑' })
  expect(below).toMatchObject({ y: 300, off: '999.00 ↓' })
})
