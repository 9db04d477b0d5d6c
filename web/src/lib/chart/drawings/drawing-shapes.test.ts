import { expect, test } from 'vitest'
import { hitOf, type Shape } from './drawing-shapes.ts'

const anchor = { timeMs: 0, ticks: 1 }
const horizontal: Shape = {
  drawing: { kind: 'horizontal', id: 'level', ticks: 1 },
  from: { x: 0, y: 50 },
  to: { x: 800, y: 50 },
}
const trend: Shape = {
  drawing: { kind: 'trend', id: 'trend', from: anchor, to: anchor },
  from: { x: 100, y: 100 },
  to: { x: 200, y: 200 },
}
const at = (x: number, y: number) => hitOf([horizontal, trend], { x, y })

test('a horizontal line is hit anywhere along it, up to a few pixels off', () => {
  expect([at(3, 54), at(790, 46)]).toEqual([
    { id: 'level', part: 'line' },
    { id: 'level', part: 'line' },
  ])
  expect(at(400, 57)).toBeUndefined()
})

test('a trend line is hit at its ends and between them, and not beyond', () => {
  expect([at(104, 103), at(199, 195), at(151, 147)]).toEqual(
    ['from', 'to', 'line'].map((part) => ({ id: 'trend', part })),
  )
  expect([at(150, 160), at(215, 215), at(85, 85)]).toEqual([undefined, undefined, undefined])
})

test('a finger may be further off than a mouse', () => {
  const touched = (x: number, y: number) => hitOf([horizontal, trend], { x, y }, 'coarse')
  expect([touched(400, 65), touched(140, 160), touched(210, 212)]).toEqual([
    { id: 'level', part: 'line' },
    { id: 'trend', part: 'line' },
    { id: 'trend', part: 'to' },
  ])
  expect([touched(400, 67), touched(140, 164), touched(215, 215)]).toEqual([undefined, undefined, undefined])
})

test('where two lines cross, the newer one is hit', () => {
  const over: Shape = { ...horizontal, drawing: { kind: 'horizontal', id: 'over', ticks: 1 } }
  expect(hitOf([horizontal, over], { x: 9, y: 50 })?.id).toBe('over')
})

test('a trend line of no length is hit where it is', () => {
  expect(hitOf([{ ...trend, to: trend.from }], { x: 100, y: 100 })?.id).toBe('trend')
})
