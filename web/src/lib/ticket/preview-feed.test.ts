import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RequestRefused } from '@valiant/shared/client/errors'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Fields } from './fields.svelte.ts'
import type { Surroundings } from './surroundings.ts'

// Without Svelte's compiler each rune is the value it holds, and what is derived the function that computes it.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('$derived', { by: <Value>(compute: () => Value) => compute })
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
  const previews = new PreviewFeed(
    around,
    fields,
    (...of) => void accepted.push(of),
    () => undefined,
  )
  previews.refresh()
  await vi.advanceTimersByTimeAsync(0)
  expect(accepted).toEqual([])
  answer = () => Promise.resolve({ notional: '100010.00' })
  const askedAtMs = performance.now()
  previews.refresh()
  await vi.advanceTimersByTimeAsync(0)
  expect(accepted).toEqual([['market order', askedAtMs]])
})

test('a question without an answer in time leaves the last figures in place', async () => {
  const preview = { notional: '100010.00' }
  const around = { account: {}, isLive: true, ask: () => answer() } as unknown as Surroundings
  const previews = new PreviewFeed(
    around,
    fields,
    () => undefined,
    () => undefined,
  )
  const refuse = (code: ErrorCode) => {
    answer = () => Promise.reject(new RequestRefused({ code, message: 'no', outcome: 'not_executed' }))
  }
  const next = async () => {
    previews.refresh()
    await vi.advanceTimersByTimeAsync(0)
    return (previews.shown as unknown as () => unknown)()
  }
  answer = () => Promise.resolve(preview)
  expect(await next()).toBe(preview)
  for (const code of ['TIMEOUT', 'REQUEST_EXPIRED', 'RATE_LIMITED'] as const) {
    refuse(code)
    expect(await next()).toBe(preview)
  }
  refuse('PRICE_BAND')
  expect(await next()).toBeUndefined()
})
