import { expect, test } from 'vitest'
import { scaleOf } from '#lib/ticket/scale.ts'
import type { Anchor, Drawing } from './drawing.ts'
import { gripsOf } from './drawing-grips.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const nowMs = Date.UTC(2026, 10, 27, 12)
const around = { room: { width: 600, height: 300 }, scale, nowMs }
// A minute is ten pixels wide and now is at x = 500; a tick is one pixel and 9,200 is at y = 150.
const pointOf = ({ timeMs, ticks }: Anchor) => ({ x: 500 + (timeMs - nowMs) / 6_000, y: 150 - (ticks - 9_200) })

test('a horizontal line has one grip at its price, with the price as its value', () => {
  const line: Drawing = { kind: 'horizontal', id: 'a', ticks: 9_215 }
  expect(gripsOf(line, pointOf, around)?.grips).toEqual([
    { part: 'line', x: 40, y: 135, label: 'Horizontal line', value: '184.30', price: 184.3 },
  ])
})

test('a trend line has a grip in the middle for the whole line and one at each end, with their times', () => {
  const from = { timeMs: nowMs - 86_400_000 - 600_000, ticks: 9_210 }
  const to = { timeMs: nowMs - 600_000, ticks: 9_190 }
  const grips = gripsOf({ kind: 'trend', id: 'a', from, to }, pointOf, around)?.grips
  expect(grips?.map(({ part, y }) => [part, y])).toEqual([
    ['line', 150],
    ['from', 140],
    ['to', 160],
  ])
  expect(grips?.map(({ value }) => value)).toEqual([
    '184.20 at 26 Nov 11:50 to 183.80 at 11:50:00',
    '184.20 at 26 Nov 11:50',
    '183.80 at 11:50:00',
  ])
})

test('grips out of sight stick to the nearest edge, and there are none before the chart is drawn', () => {
  const line: Drawing = { kind: 'horizontal', id: 'a', ticks: 20_000 }
  expect(gripsOf(line, pointOf, around)?.grips[0].y).toBe(10)
  expect(gripsOf(line, () => undefined, around)).toBeUndefined()
})
