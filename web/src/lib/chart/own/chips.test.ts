import { expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import type { LivePosition } from '#lib/session/account.svelte.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { type Chip, chipsAt, chipsOf, placed } from './chips.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const chip = (id: string, price: number): Chip => ({
  id,
  price,
  head: 'Buy',
  text: '',
  lots: 1,
  label: id,
  canCancel: true,
  canMove: true,
  isWaiting: false,
})
const within = { top: 50, bottom: 300, decimals: 2 }

test('a chip shows the remaining quantity of an order', () => {
  const order = {
    orderId: '1',
    side: 'buy',
    type: 'limit',
    status: 'open',
    qty: '200',
    filledQty: '60',
    remainingQty: '140',
    limitPrice: '183.60',
  } as Order
  expect(chipsOf([order], undefined, { name: 'NOVA', scale })).toMatchObject([
    { head: 'Buy', text: 'Limit 140 of 200', label: 'Buy 140 NOVA at 183.60' },
  ])
})

test('an exit shows its profit or loss, at its trigger price', () => {
  const stop = {
    orderId: '2',
    side: 'sell',
    type: 'stop',
    role: 'stop_loss',
    status: 'untriggered',
    qty: '320',
    filledQty: '0',
    remainingQty: '320',
    stopPrice: '180.50',
  } as Order
  const position = { position: { qty: '320', avgPrice: '181.470000' }, unrealized: 912 } as LivePosition
  expect(chipsOf([stop], position, { name: 'NOVA', scale })).toMatchObject([
    {
      head: 'SL',
      text: 'Sell 320',
      tone: { text: '−$310.40', sign: 'down' },
      label: 'Stop loss: sell 320 NOVA at 180.50',
      isWaiting: true,
    },
    { head: 'Long', tone: { text: '+$912.00' } },
  ])
  // While its line is dragged: the profit or loss there, under the same label.
  const moved = { id: '2', ticks: scale.ticks('182.48') ?? 0 }
  expect(chipsOf([stop], position, { name: 'NOVA', scale, moved })[0]).toMatchObject({
    price: 182.48,
    tone: { text: '+$323.20', sign: 'up' },
    label: 'Stop loss: sell 320 NOVA at 180.50',
  })
})

test('exits of an entry that is being moved show their profit or loss from there', () => {
  const entry = {
    orderId: '1',
    side: 'buy',
    type: 'limit',
    status: 'open',
    qty: '10',
    filledQty: '0',
    remainingQty: '10',
    limitPrice: '180.00',
  }
  const target = {
    orderId: '2',
    parentOrderId: '1',
    side: 'sell',
    type: 'limit',
    role: 'take_profit',
    status: 'held',
    qty: '10',
    filledQty: '0',
    remainingQty: '10',
    limitPrice: '190.00',
  }
  const moved = { id: '1', ticks: scale.ticks('185.00') ?? 0 }
  const chips = chipsOf([entry, target] as Order[], undefined, { name: 'NOVA', scale, moved })
  expect(chips.map(({ price, tone }) => [price, tone?.text])).toEqual([
    [185, undefined],
    [190, '+$50.00'],
  ])
})

test('chips are at their prices, without overlap', () => {
  const chips = placed([chip('low', 200), chip('high', 190)], (price) => price, within)
  expect(chips.map(({ id, y }) => [id, y])).toEqual([
    ['high', 190],
    ['low', 212],
  ])
})

test('a chip off the scale sticks to the edge, with its price and an arrow', () => {
  const [above, below] = placed([chip('above', 10), chip('below', 999)], (price) => price, within)
  expect(above).toMatchObject({ y: 50, off: 'at 10.00 ↑' })
  expect(below).toMatchObject({ y: 300, off: 'at 999.00 ↓' })
})

test('at the bottom chips push each other up, with the lowest price lowest', () => {
  const chips = placed([chip('c', 900), chip('b', 299), chip('d', 950)], (price) => price, within)
  expect(chips.map(({ id, y }) => [id, y])).toEqual([
    ['b', 256],
    ['d', 278],
    ['c', 300],
  ])
})

test('a chip shows what it says now at the spot it has, and nothing before it has one', () => {
  const spots = placed([chip('held', 200)], (price) => price, within)
  const now = { ...chip('held', 200), text: '12' }
  expect(chipsAt([now, chip('new', 190)], spots)).toEqual([{ ...now, y: 200 }])
})
