import { expect, test } from 'vitest'
import { scaleOf } from '#lib/ticket/scale.ts'
import type { Chip } from './chips.ts'
import { gathered, unlabeledOf } from './gathered.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const room = { top: 50, bottom: 300, scale, movingId: undefined }
/** A dollar is a hundred pixels; 187.00 is at the top. */
const coordinateOf = (price: number) => Math.round((187 - price) * 100) + 50

const chip = (id: string, price: number, more: Partial<Chip> = {}): Chip => ({
  id,
  price,
  head: 'Buy',
  text: 'Limit 5',
  lots: 5,
  label: id,
  canCancel: true,
  canMove: true,
  isWaiting: false,
  ...more,
})
const texts = (chips: readonly Chip[]) => chips.map(({ head, text }) => `${head} ${text}`)
const many = (count: number, price: number) => Array.from({ length: count }, (_, at) => chip(`${price}-${at}`, price))

test('up to three orders at a price have a chip each, more of them one that counts them', () => {
  expect(texts(gathered(many(3, 186), coordinateOf, room))).toHaveLength(3)
  const [counted, ...others] = gathered(many(4, 186), coordinateOf, room)
  expect(others).toEqual([])
  expect(counted).toMatchObject({
    price: 186,
    text: '4 orders, 20',
    label: 'Buy: 4 orders, 20 in all, at 186.00',
    canCancel: false,
    canMove: false,
    members: ['186-0', '186-1', '186-2', '186-3'],
  })
})

test('prices too close for chips of their own are one range; other sides, exits and the position are not in it', () => {
  const position = chip('position', 186, { head: 'Long', canCancel: false })
  const stop = chip('stop', 186, { head: 'SL', text: 'Sell 9' })
  const chips = [...many(2, 186), ...many(2, 185.9), ...many(1, 185.7), stop, position]
  expect(texts(gathered(chips, coordinateOf, room))).toEqual([
    'Buy 4 orders, 20',
    'SL Sell 9',
    'Buy Limit 5',
    'Long Limit 5',
  ])
  expect(gathered(chips, coordinateOf, room)[0]?.label).toBe('Buy: 4 orders, 20 in all, from 185.90 to 186.00')
})

test('the order that is being dragged keeps its chip', () => {
  const chips = gathered(many(5, 186), coordinateOf, { ...room, movingId: '186-2' })
  expect(chips.map(({ id, members }) => members ?? id)).toEqual([['186-0', '186-1', '186-3', '186-4'], '186-2'])
})

test('where not all would fit, no two orders stand apart', () => {
  const ladder = Array.from({ length: 40 }, (_, at) => chip(String(at), 187 - at * 0.06))
  const chips = gathered(ladder, coordinateOf, room)
  expect(chips.length * 22).toBeLessThanOrEqual(250 + 22)
  expect(chips.flatMap(({ id, members }) => members ?? [id])).toHaveLength(40)
})

test('the axis labels the first of the orders that a chip counts', () => {
  expect(unlabeledOf(gathered(many(4, 186), coordinateOf, room))).toEqual(['186-1', '186-2', '186-3'])
})
