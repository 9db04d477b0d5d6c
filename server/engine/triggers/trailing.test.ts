import { expect, test } from 'vitest'
import { trailedStopTicks } from './trailing.ts'

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
