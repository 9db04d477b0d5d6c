import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Receipt } from './receipt.ts'
import type { Refused, Receipts } from './receipts.svelte.ts'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { Receipts: Made } = await import('./receipts.svelte.ts')

const bought: Receipt = { kind: 'done', title: 'Bought 4 NOVA at 187.70', text: 'Fee $0.37', waysOn: [] }
const refused: Refused = { ...bought, kind: 'refused', title: 'Order not placed', code: 'PRICE_BAND' }

let receipts: Receipts
beforeEach(() => {
  vi.useFakeTimers()
  receipts = new Made()
})
afterEach(() => vi.useRealTimers())

test('a result is unread until it has been shown for three seconds', () => {
  expect(receipts.unread()).toBeUndefined()
  receipts.tell(bought)
  vi.advanceTimersByTime(2_900)
  expect(receipts.unread()).toBe(bought)
  vi.advanceTimersByTime(200)
  expect(receipts.unread()).toBeUndefined()
  receipts.refuse(refused)
  expect(receipts.unread()).toBe(refused)
})

test('what was closed, overtaken by an edit, or is only a proposal needs no reading', () => {
  receipts.tell(bought)
  receipts.dismiss()
  expect(receipts.unread()).toBeUndefined()
  receipts.refuse(refused)
  receipts.edited()
  expect(receipts.unread()).toBeUndefined()
  receipts.tell({ ...bought, kind: 'info' })
  expect(receipts.unread()).toBeUndefined()
})

test('what stays until it is closed is unread until then', () => {
  const untold: Receipt = { ...bought, kind: 'info', stays: true }
  receipts.tell(untold)
  vi.advanceTimersByTime(60_000)
  expect(receipts.unread()).toBe(untold)
  receipts.dismiss()
  expect(receipts.unread()).toBeUndefined()
})
