import { expect, test } from 'vitest'
import type { Level } from '@valiant/shared/protocol/market-data'
import type { Checked } from './check.ts'
import { sizeOf } from './order-size.ts'
import { scaleOf } from './scale.ts'

const asks: Level[] = [
  [10_001, 100],
  [10_500, 900],
]
const around = { scale: scaleOf({ tickSize: '0.01', lotSize: '1' }), book: { bids: [[9_999, 100]] as Level[], asks } }
const check = { ok: true, lots: 1_000, pricingTicks: 10_001 } as Checked

test('until the exchange has answered, value and slippage come from the book', () => {
  const { slippageBps, valueCents, largestCents } = sizeOf(
    { check, draft: { type: 'market', side: 'buy' } },
    undefined,
    around,
  )
  expect(slippageBps).toBeGreaterThan(400)
  // 100 at 100.01 and 900 at 105.00, not all of them at the touch.
  expect([valueCents, largestCents]).toEqual([10_450_100n, 10_450_100n])
  const sale = sizeOf({ check, draft: { type: 'market', side: 'sell' } }, undefined, around)
  // The book has bids for 100 only.
  expect(sale).toEqual({ valueCents: 9_999_000n, largestCents: 10_001_000n, slippageBps: Infinity })
  expect(sizeOf({ check, draft: { type: 'limit', side: 'buy' } }, undefined, around).slippageBps).toBe(0)
})

test('a trailing stop is valued at its trigger, as the exchange answered, but asks for confirmation by its value now', () => {
  const draft = { type: 'trailing_stop', side: 'sell' } as const
  expect(sizeOf({ check, draft }, { notional: '90009.00', slippageBps: 0 }, around)).toMatchObject({
    valueCents: 9_000_900n,
    largestCents: 10_001_000n,
  })
  const worthless = sizeOf({ check, draft }, { notional: '0.00', slippageBps: 0 }, around)
  expect(worthless.largestCents).toBe(10_001_000n)
})

test('a market order has the value the exchange answered, but asks for confirmation by the larger value', () => {
  const draft = { type: 'market', side: 'sell' } as const
  const answered = { notional: '99000.00', slippageBps: 12.5 }
  expect(sizeOf({ check, draft }, answered, around)).toEqual({
    valueCents: 9_900_000n,
    largestCents: 10_001_000n,
    slippageBps: 12.5,
  })
})

test('an incomplete order has no size', () => {
  const missing: Checked = { ok: false, field: 'qty', missing: 'Enter a quantity' }
  const size = sizeOf({ check: missing, draft: { type: 'market', side: 'buy' } }, undefined, around)
  expect(size).toEqual({ valueCents: 0n, largestCents: 0n, slippageBps: 0 })
})
