import type { AccountFrame, LedgerEntry, RealizedSums } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Page } from './paged-list.svelte.ts'
import type { RealizedToday } from './realized-today.svelte.ts'

// Without Svelte's compiler each rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { RealizedToday: Realized } = await import('./realized-today.svelte.ts')

const DAY = Date.UTC(2026, 10, 29)
const HOUR = 3_600_000
const fill = (fillId: string, symbol: string, realizedPnl: string, time = DAY + HOUR) =>
  ({ fillId, symbol, realizedPnl, time }) as Fill
const frame = (more: Partial<AccountFrame>) =>
  ({ cause: 'trade', fills: [], time: DAY + 2 * HOUR, ...more }) as unknown as AccountFrame
const sums = (bySymbol: Record<string, string>, more: Partial<RealizedSums> = {}): RealizedSums => ({
  items: Object.entries(bySymbol).map(([symbol, realizedPnl]) => ({ symbol, realizedPnl, fees: '0.00', fills: 1 })),
  ...more,
})
const reset = (time: number): Page<LedgerEntry> => ({ items: [{ kind: 'reset', time } as LedgerEntry] })

let pages: { realized: RealizedSums[]; ledger: Page<LedgerEntry>[] }
let asked: object[]
let today: RealizedToday
const shown = (dayMs = DAY) => {
  const found = today.bySymbol(dayMs)
  return found && Object.fromEntries(found)
}

beforeEach(() => {
  pages = { realized: [], ledger: [] }
  asked = []
  const ask = (name: 'realized' | 'ledger', query: object) => {
    asked.push({ name, ...query })
    const page = pages[name].shift()
    return page === undefined ? Promise.reject(new Error('lost')) : Promise.resolve(page)
  }
  today = new Realized({ ask: ask as never, serverNow: () => DAY + 3 * HOUR })
})

test('the day’s sums are added up, answer by answer, and each new fill is added once', async () => {
  pages.realized = [
    sums({ NOVA: '10.50', LUMA: '-3.25' }, { newestFillId: '5', nextCursor: '3' }),
    sums({ NOVA: '-0.75', QILL: '0.00' }),
  ]
  const reading = today.read(0)
  expect(shown()).toBeUndefined()
  // One that the sum has, and one that it does not have.
  today.take(frame({ fills: [fill('5', 'NOVA', '10.50'), fill('6', 'NOVA', '1.00')] }))
  await reading
  expect(asked).toEqual([
    { name: 'realized', from: DAY },
    { name: 'realized', from: DAY, cursor: '3' },
  ])
  expect(shown()).toEqual({ NOVA: 1_075n, LUMA: -325n })
  today.take(frame({ fills: [fill('6', 'NOVA', '1.00'), fill('7', 'LUMA', '3.25')] }))
  expect(shown()).toEqual({ NOVA: 1_075n })
})

test('at midnight it begins again', async () => {
  pages.realized = [sums({ NOVA: '10.00' }, { newestFillId: '2' })]
  await today.read(0)
  expect(shown(DAY + 24 * HOUR)).toEqual({})
  today.take(frame({ fills: [fill('3', 'NOVA', '2.00', DAY + 25 * HOUR)] }))
  expect(shown(DAY + 24 * HOUR)).toEqual({ NOVA: 200n })
})

test('what was earned before a reset of today does not count', async () => {
  pages.realized = [sums({ NOVA: '2.00' }, { newestFillId: '09' })]
  pages.ledger = [{ items: [], nextCursor: 'more' }, reset(DAY + 90 * 60_000)]
  await today.read(1)
  expect(asked).toEqual([
    { name: 'ledger', kind: 'reset', from: DAY, limit: 1 },
    { name: 'ledger', kind: 'reset', from: DAY, limit: 1, cursor: 'more' },
    { name: 'realized', from: DAY + 90 * 60_000 },
  ])
  expect(shown()).toEqual({ NOVA: 200n })
  today.take(frame({ cause: 'reset', time: DAY + 4 * HOUR }))
  expect(shown()).toEqual({})
  today.take(frame({ fills: [fill('10', 'NOVA', '5.00', DAY + 5 * HOUR)] }))
  expect(shown()).toEqual({ NOVA: 500n })
})

test('a reset while the sum is read ends the reading: everything since is known', async () => {
  pages.realized = [sums({ NOVA: '99.00' }, { newestFillId: '8' })]
  const reading = today.read(0)
  today.take(frame({ cause: 'reset', time: DAY + 2 * HOUR }))
  today.take(frame({ fills: [fill('9', 'LUMA', '1.00', DAY + 3 * HOUR)] }))
  await reading
  expect(shown()).toEqual({ LUMA: 100n })
})

test('an account that was reset on another day counts from midnight', async () => {
  pages.realized = [sums({ NOVA: '2.00' })]
  pages.ledger = [{ items: [] }]
  await today.read(3)
  expect(shown()).toEqual({ NOVA: 200n })
})

test('nothing is shown if the sum, or whether a reset was today, did not load', async () => {
  await today.read(1)
  expect(shown()).toBeUndefined()
  await today.read(0)
  expect(shown()).toBeUndefined()
  pages.realized = [sums({ NOVA: '2.00' })]
  await today.read(0)
  expect(shown()).toEqual({ NOVA: 200n })
  await today.read(0)
  expect(shown()).toBeUndefined()
})

test('another account starts over', async () => {
  pages.realized = [sums({ NOVA: '2.00' }), sums({ LUMA: '1.00' })]
  const reading = today.read(0)
  today.forget()
  await reading
  expect(shown()).toBeUndefined()
  await today.read(0)
  expect(shown()).toEqual({ LUMA: 100n })
})
