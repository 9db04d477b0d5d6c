import { expect, test } from 'vitest'
import type { Level } from '@valiant/shared/protocol/market-data'
import { slippageBpsOf } from './slippage.ts'

const bids: Level[] = [
  [9_990, 10],
  [9_800, 10],
]
const asks: Level[] = [
  [10_010, 10],
  [10_200, 10],
]

test('is the distance of the average price from the mid', () => {
  expect(slippageBpsOf({ side: 'buy', lots: 5 }, { bids, asks })).toBeCloseTo(10)
  expect(slippageBpsOf({ side: 'buy', lots: 20 }, { bids, asks })).toBeCloseTo(105)
  expect(slippageBpsOf({ side: 'sell', lots: 20 }, { bids, asks })).toBeCloseTo(105)
  expect(slippageBpsOf({ side: 'sell', lots: 0 }, { bids, asks })).toBe(0)
})

test('is infinite beyond the known book', () => {
  expect(slippageBpsOf({ side: 'buy', lots: 21 }, { bids, asks })).toBe(Infinity)
  expect(slippageBpsOf({ side: 'buy', lots: 1 }, { bids: [], asks })).toBe(Infinity)
})
