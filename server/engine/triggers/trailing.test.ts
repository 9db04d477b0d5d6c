import { expect, test } from 'vitest'
import { firstHighWaterTicks, tighterTicks, trailedStopTicks } from './trailing.ts'

const MAX_TICKS = 20_000

test.each([
  ['a sale by ticks', { side: 'sell', trailTicks: 300, trailBps: 0 }, 10_000, 9_700],
  ['a buy by ticks', { side: 'buy', trailTicks: 300, trailBps: 0 }, 10_000, 10_300],
  ['a sale by a share, rounded down', { side: 'sell', trailTicks: 0, trailBps: 150 }, 9_999, 9_999 - 149],
  ['a buy by a share, rounded down', { side: 'buy', trailTicks: 0, trailBps: 150 }, 9_999, 9_999 + 149],
  ['a share that is less than a tick, by one', { side: 'sell', trailTicks: 0, trailBps: 1 }, 9_999, 9_998],
  ['a sale at the least price', { side: 'sell', trailTicks: 300, trailBps: 0 }, 300, 1],
  ['a sale just above it', { side: 'sell', trailTicks: 300, trailBps: 0 }, 302, 2],
  ['a buy at the highest price', { side: 'buy', trailTicks: 300, trailBps: 0 }, 19_701, MAX_TICKS],
] as const)('a stop trails %s', (_what, order, waterTicks, stopTicks) => {
  expect(trailedStopTicks(order, waterTicks, MAX_TICKS)).toBe(stopTicks)
})

test.each([1, 2, 99, 100, 9_850, 10_000, 1_000_003])('a trail can begin with the trigger %i', (stopTicks) => {
  for (const trailBps of [1, 5, 150, 5_000, 9_999]) {
    const sale = { side: 'sell', trailTicks: 0, trailBps } as const
    const first = firstHighWaterTicks(sale, stopTicks)
    expect(trailedStopTicks(sale, first, Infinity)).toBe(stopTicks)
    // The lowest such price.
    if (first > 1) expect(trailedStopTicks(sale, first - 1, Infinity)).toBeLessThanOrEqual(stopTicks)
    const buy = { ...sale, side: 'buy' } as const
    const highest = firstHighWaterTicks(buy, stopTicks)
    // Between two prices the trigger of a buy may move by two ticks.
    if (stopTicks > 1) expect(trailedStopTicks(buy, highest, Infinity)).toBeLessThanOrEqual(stopTicks)
    expect(trailedStopTicks(buy, highest + 1, Infinity)).toBeGreaterThan(stopTicks)
  }
})

test('the tighter of two high-water prices is the higher for a sale, the lower for a buy; 0 is none', () => {
  expect([tighterTicks('sell', 3, 5), tighterTicks('buy', 3, 5)]).toEqual([5, 3])
  expect([tighterTicks('sell', 0, 5), tighterTicks('buy', 3, 0), tighterTicks('buy', 0, 0)]).toEqual([5, 3, 0])
})
