import { beforeEach, expect, test, vi } from 'vitest'
import type { LineDrag } from './line-drag.svelte.ts'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { LineDrag: Drag } = await import('./line-drag.svelte.ts')

/** Where the order stands now; undefined once it is gone. */
let ticks: number | undefined
/** Prices it was moved to, each with the price it had then. */
let sent: (readonly [from: number, to: number])[]
let drag: LineDrag

beforeEach(() => {
  ticks = 100
  sent = []
  drag = new Drag(() => {
    const from = ticks
    if (from === undefined) return undefined
    return { ticks: from, fillsAtOnce: (to) => to >= 120, send: (to) => void sent.push([from, to]) }
  })
})

test('a line that is dropped where it was sends nothing', () => {
  drag.take('1')
  drag.to(104)
  drag.to(100)
  drag.drop()
  expect(sent).toEqual([])
  expect(drag.moving).toBeUndefined()
})

test('a move starts from where the order is when it is dropped, not from where the line was taken', () => {
  drag.step('1', 3)
  ticks = 90
  drag.drop()
  expect(sent).toEqual([[90, 103]])
})

test('a line that comes back to its old price is sent there if another tab has moved its order', () => {
  drag.step('1', 3)
  ticks = 90
  drag.step('1', -3)
  drag.drop()
  expect(sent).toEqual([[90, 100]])
})

test('a line that is held but not moved follows its order', () => {
  drag.take('1')
  drag.to(100)
  ticks = 90
  expect(drag.moving).toEqual({ id: '1', ticks: undefined, asks: false })
  drag.drop()
  expect(sent).toEqual([])
})

test('a move that would fill at once is asked about, and sent after that', () => {
  drag.step('1', 20)
  drag.drop()
  expect(drag.moving).toMatchObject({ ticks: 120, asks: true })
  expect(sent).toEqual([])
  drag.drop()
  expect(sent).toEqual([[100, 120]])
})

test('a move ends with its line', () => {
  drag.step('1', 3)
  drag.settle()
  expect(drag.moving).toMatchObject({ id: '1', ticks: 103 })
  ticks = undefined
  drag.settle()
  expect(drag.moving).toBeUndefined()
  drag.drop()
  expect(sent).toEqual([])
})

test('a move does not end with another line', () => {
  const lines = new Set(['1', '2'])
  const held = new Drag((id) =>
    lines.has(id) ? { ticks: 100, fillsAtOnce: () => false, send: () => undefined } : undefined,
  )
  held.step('1', 3)
  lines.delete('2')
  held.settle()
  expect(held.moving).toMatchObject({ id: '1', ticks: 103 })
  lines.delete('1')
  held.settle()
  expect(held.moving).toBeUndefined()
})
