import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RequestRefused } from '@valiant/shared/client/errors'
import type { Fields } from './fields.svelte.ts'
import type { Surroundings } from './surroundings.ts'

// Without Svelte's compiler each rune is the value it holds; nothing here is derived.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('$derived', { by: () => undefined })
const { PreviewFeed } = await import('./preview-feed.svelte.ts')

const fields = { check: { ok: true, content: { symbol: 'NOVA' } }, key: 'market order' } as unknown as Fields
let answer: () => Promise<unknown>
let accepted: (readonly [key: string, askedAtMs: number])[]

beforeEach(() => {
  vi.useFakeTimers()
  accepted = []
})
afterEach(() => vi.useRealTimers())

test('reports when the exchange would accept an order, and only then', async () => {
  answer = () =>
    Promise.reject(new RequestRefused({ code: 'INSUFFICIENT_FUNDS', message: 'no', outcome: 'not_executed' }))
  const around = { account: {}, isLive: true, ask: () => answer() } as unknown as Surroundings
  const previews = new PreviewFeed(around, fields, (...of) => void accepted.push(of))
  previews.refresh()
  await vi.advanceTimersByTimeAsync(0)
  expect(accepted).toEqual([])
  answer = () => Promise.resolve({ notional: '100010.00' })
  const askedAtMs = performance.now()
  previews.refresh()
  await vi.advanceTimersByTimeAsync(0)
  expect(accepted).toEqual([['market order', askedAtMs]])
})
