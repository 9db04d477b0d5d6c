import { expect, test } from 'vitest'
import { scaleOf } from '#lib/ticket/scale.ts'
import type { Drawing } from './drawing.ts'
import { drawingsFrom, DRAWINGS_MAX, keptDrawings } from './kept-drawings.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const drawings: readonly Drawing[] = [
  { kind: 'horizontal', id: 'kept-0', ticks: 9_215 },
  { kind: 'trend', id: 'kept-1', from: { timeMs: 60_000, ticks: 9_000 }, to: { timeMs: 120_000, ticks: 9_100 } },
]

test('drawings are read as they were stored, with decimal prices', () => {
  const text = JSON.stringify(keptDrawings(drawings, scale))
  expect(text).toContain('{"kind":"horizontal","price":"184.30"}')
  expect(drawingsFrom(JSON.parse(text), scale)).toEqual(drawings)
})

test('invalid stored values and prices off the tick grid are ignored', () => {
  const point = { timeMs: 60_000, price: '1.00' }
  const odd = [
    ...[null, 7, 'horizontal', [], {}],
    ...[{ kind: 'horizontal' }, { kind: 'horizontal', price: 184.3 }, { kind: 'horizontal', price: '184.31' }],
    ...[
      { kind: 'horizontal', price: '0.00' },
      { kind: 'horizontal', price: '-1.00' },
    ],
    ...[
      { kind: 'circle', price: '1.00' },
      { kind: 'trend', from: point },
      { kind: 'trend', from: point, to: 'there' },
    ],
    { kind: 'trend', from: point, to: { timeMs: Number.NaN, price: '1.00' } },
    { kind: 'trend', from: point, to: { timeMs: 1.5, price: '1.00' } },
    { kind: 'trend', from: { timeMs: -1, price: '1.00' }, to: point },
  ]
  expect(drawingsFrom(odd, scale)).toEqual([])
  for (const none of [undefined, null, 'x', 7, { length: 3 }]) expect(drawingsFrom(none, scale)).toEqual([])
})

test('the number of drawings that are read is limited', () => {
  const many = Array.from({ length: DRAWINGS_MAX + 5 }, () => ({ kind: 'horizontal', price: '2.00' }))
  expect(drawingsFrom(many, scale)).toHaveLength(DRAWINGS_MAX)
})
