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

test('the count behind the newest is of those that would still be shown, however many arrive', () => {
  const filled = (at: number): Receipt => ({ ...bought, title: `Bought ${at} NOVA` })
  for (let at = 1; at <= 10; at++) {
    receipts.tell(filled(at))
    vi.advanceTimersByTime(2_000)
  }
  expect(receipts.items.map(({ title }) => title)).toEqual(['Bought 10 NOVA', 'Bought 9 NOVA', 'Bought 8 NOVA'])
  vi.advanceTimersByTime(4_000)
  expect(receipts.items).toEqual([])
})

test('a liquidation is still there after a later result has gone, and each is closed by itself', () => {
  const closed = (name: string): Receipt => ({
    ...bought,
    kind: 'refused',
    title: `Your long in ${name} was closed`,
    stays: true,
  })
  receipts.tell(closed('NOVA'))
  receipts.tell(closed('LUMA'))
  receipts.tell(bought)
  vi.advanceTimersByTime(6_000)
  expect(receipts.items.map(({ title }) => title)).toEqual([
    'Your long in LUMA was closed',
    'Your long in NOVA was closed',
  ])
  receipts.dismiss()
  receipts.refuse(refused)
  expect(receipts.items.map(({ title }) => title)).toEqual(['Your long in NOVA was closed'])
  receipts.dismiss()
  expect(receipts.items).toEqual([])
})
