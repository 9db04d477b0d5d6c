import { describe, expect, test } from 'vitest'
import { scaleOf } from './scale.ts'
import { affordableLots, buyingBudget, nextPercent, percentOf, withSlippage } from './percent-sizing.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const endless = (ticks: number): [number, number] => [ticks, Number.MAX_SAFE_INTEGER]

describe('lots for a share of the money', () => {
  test('are rounded down, with the fee inside', () => {
    const offers = [endless(9215)] // 184.30
    expect(affordableLots({ budgetCents: 1_530_118n, feeBps: 5, offers }, scale)).toBe(82)
    // 83 × 184.30 = 15,296.90, and 5 bp of it are 7.65.
    expect(affordableLots({ budgetCents: 1_530_455n, feeBps: 5, offers }, scale)).toBe(83)
    expect(affordableLots({ budgetCents: 1_530_454n, feeBps: 5, offers }, scale)).toBe(82)
  })

  test('at the market walk the book, and end where it ends', () => {
    const offers: [number, number][] = [
      [50, 10],
      [100, 10],
    ]
    expect(affordableLots({ budgetCents: 1_600n, feeBps: 0, offers }, scale)).toBe(13)
    expect(affordableLots({ budgetCents: 1_000_000n, feeBps: 0, offers }, scale)).toBe(20)
    expect(affordableLots({ budgetCents: 1_000n, feeBps: 0, offers: [] }, scale)).toBe(0)
  })

  test('with margin are as many as the free money secures, fee inside', () => {
    expect(buyingBudget({ freeCents: 1_000_000n, initialMarginBps: undefined, feeBps: 5 })).toBe(1_000_000n)
    // 50 % margin and 5 bp: each dollar of value needs 50.05 cents.
    expect(buyingBudget({ freeCents: 1_000_000n, initialMarginBps: 5_000, feeBps: 5 })).toBe(1_998_001n)
  })

  test('a percent of lots is rounded down', () => {
    expect(percentOf(319n, 25)).toBe(79n)
  })

  test('the keys walk the row and stop at its ends', () => {
    expect(nextPercent(undefined, 1)).toBe(10)
    expect(nextPercent(25, 1)).toBe(50)
    expect(nextPercent(100, 1)).toBe(100)
    expect(nextPercent(10, -1)).toBe(10)
    expect(nextPercent(undefined, -1)).toBe(100)
  })
})

test('what is paid beyond the best price weighs whole on a margin account, its value by the margin alone', () => {
  expect(
    withSlippage(
      [
        [1_000, 5],
        [1_001, 7],
        [1_003, 9],
      ],
      5_000,
    ),
  ).toEqual([
    [1_000, 5],
    [1_003, 7],
    [1_009, 9],
  ])
  expect(withSlippage([], 5_000)).toEqual([])
})
