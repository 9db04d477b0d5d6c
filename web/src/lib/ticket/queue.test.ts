import { expect, test } from 'vitest'
import type { Level } from '@valiant/shared/protocol/market-data'
import { queueAt } from './queue.ts'

const bids: Level[] = [
  [100, 30],
  [99, 40],
  [97, 5],
]
const asks: Level[] = [[102, 10]]

test('a bid is behind everything at its price and better', () => {
  expect(queueAt(99, 'buy', { bids, asks })).toEqual({ aheadLots: 70, ticksFromBest: 1 })
  expect(queueAt(101, 'buy', { bids, asks })).toEqual({ aheadLots: 0, ticksFromBest: -1 })
})

test('an offer likewise', () => {
  expect(queueAt(103, 'sell', { bids, asks })).toEqual({ aheadLots: 10, ticksFromBest: 1 })
})

test('an order that would fill at once has no queue', () => {
  expect(queueAt(102, 'buy', { bids, asks })).toBeUndefined()
  expect(queueAt(100, 'sell', { bids, asks })).toBeUndefined()
})
