import type { AccountFrame, LedgerEntry } from '@valiant/shared/protocol/account'
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

let pages: { fills: Page<Fill>[]; ledger: Page<LedgerEntry>[] }
let asked: { name: string; from?: number | undefined; cursor?: string | undefined }[]
let today: RealizedToday
const shown = (dayMs = DAY) => {
  const sums = today.bySymbol(dayMs)
  return sums && Object.fromEntries(sums)
}

beforeEach(() => {
  pages = { fills: [], ledger: [] }
  asked = []
  const ask = (name: 'fills' | 'ledger', query: object) => {
    asked.push({ name, ...query })
    const page = pages[name].shift()
    return page === undefined ? Promise.reject(new Error('lost')) : Promise.resolve(page)
  }
  today = new Realized({ ask: ask as never, serverNow: () => DAY + 3 * HOUR })
})

test('the day’s fills are added up by symbol, page by page, and new ones are added once', async () => {
  pages.fills = [
    { items: [fill('5', 'NOVA', '10.50'), fill('4', 'LUMA', '-3.25')], nextCursor: 'more' },
    { items: [fill('3', 'NOVA', '0.00'), fill('2', 'NOVA', '-0.75')] },
  ]
  const reading = today.read(0)
  expect(shown()).toBeUndefined()
  await reading
  expect(asked).toMatchObject([
    { name: 'fills', from: DAY },
    { name: 'fills', from: DAY, cursor: 'more' },
  ])
  expect(shown()).toEqual({ NOVA: 975n, LUMA: -325n })
  today.take(frame({ fills: [fill('5', 'NOVA', '10.50'), fill('6', 'NOVA', '1.00')] }))
  expect(shown()).toEqual({ NOVA: 1_075n, LUMA: -325n })
})

test('at midnight it begins again', async () => {
  pages.fills = [{ items: [fill('2', 'NOVA', '10.00')] }]
  await today.read(0)
  today.take(frame({ fills: [fill('3', 'NOVA', '2.00', DAY + 25 * HOUR)] }))
  expect(shown(DAY + 24 * HOUR)).toEqual({ NOVA: 200n })
})

test('what was earned before a reset of today does not count', async () => {
  pages.fills = [{ items: [fill('9', 'NOVA', '2.00', DAY + 2 * HOUR), fill('8', 'NOVA', '99.00', DAY + HOUR)] }]
  pages.ledger = [{ items: [{ kind: 'trade', time: DAY + 2 * HOUR }, { kind: 'reset', time: DAY + 90 * 60_000 }] as LedgerEntry[] }] // prettier-ignore
  await today.read(1)
  expect(shown()).toEqual({ NOVA: 200n })
  today.take(frame({ cause: 'reset', time: DAY + 4 * HOUR }))
  expect(shown()).toEqual({})
  today.take(frame({ fills: [fill('10', 'NOVA', '5.00', DAY + 5 * HOUR)] }))
  expect(shown()).toEqual({ NOVA: 500n })
})

test('an account that was reset on another day counts from midnight', async () => {
  pages.fills = [{ items: [fill('9', 'NOVA', '2.00')] }]
  pages.ledger = [{ items: [] }]
  await today.read(3)
  expect(shown()).toEqual({ NOVA: 200n })
})

test('nothing is shown while it is not known whether a reset was today, or if fills did not load', async () => {
  const reset = { items: [{ kind: 'trade' }] as LedgerEntry[], nextCursor: 'more' }
  pages.fills = [{ items: [fill('9', 'NOVA', '2.00')] }]
  pages.ledger = [reset]
  await today.read(1)
  expect(shown()).toBeUndefined()
  today.forget()
  await today.read(0)
  expect(shown()).toBeUndefined()
  pages.fills = [{ items: [fill('9', 'NOVA', '2.00')] }]
  await today.read(0)
  expect(shown()).toEqual({ NOVA: 200n })
})

test('another account starts over', async () => {
  pages.fills = [{ items: [fill('9', 'NOVA', '2.00')] }, { items: [fill('1', 'LUMA', '1.00')] }]
  await today.read(0)
  today.forget()
  expect(shown()).toBeUndefined()
  await today.read(0)
  expect(shown()).toEqual({ LUMA: 100n })
})
