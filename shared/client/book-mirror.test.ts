import { expect, it } from 'vitest'
import { bookChecksum } from '../protocol/book-checksum.ts'
import type { BookFrame, Level } from '../protocol/market-data.ts'
import { bookAfter } from './book-mirror.ts'

const frame = (
  type: BookFrame['type'],
  seq: { prev: number; now: number },
  changes: { bids: Level[]; asks: Level[] },
  after: { bids: Level[]; asks: Level[] },
): BookFrame => ({
  epoch: 1,
  type,
  symbol: 'NOVA',
  depth: 10,
  seq: seq.now,
  prevSeq: seq.prev,
  time: 0,
  ...changes,
  checksum: bookChecksum(after.bids, after.asks),
})

const first: { bids: Level[]; asks: Level[] } = {
  bids: [
    [100, 5],
    [98, 7],
  ],
  asks: [
    [101, 4],
    [103, 6],
  ],
}
const snapshot = frame('snapshot', { prev: 7, now: 7 }, first, first)

it('changes, adds and removes levels in their place', () => {
  const after: { bids: Level[]; asks: Level[] } = {
    bids: [
      [100, 2],
      [99, 1],
    ],
    asks: [
      [102, 9],
      [103, 6],
    ],
  }
  const changes: { bids: Level[]; asks: Level[] } = {
    bids: [
      [100, 2],
      [98, 0],
      [99, 1],
    ],
    asks: [
      [101, 0],
      [102, 9],
    ],
  }
  const book = bookAfter(bookAfter(undefined, snapshot), frame('update', { prev: 7, now: 8 }, changes, after))
  expect(book).toMatchObject({ seq: 8, ...after })
})

it('changes one level among others, and removes none that it does not have', () => {
  const whole: { bids: Level[]; asks: Level[] } = {
    bids: [
      [100, 5],
      [99, 6],
      [98, 7],
    ],
    asks: [
      [101, 4],
      [102, 5],
      [103, 6],
    ],
  }
  const changes: { bids: Level[]; asks: Level[] } = {
    bids: [
      [99, 1],
      [97, 0],
    ],
    asks: [
      [102, 9],
      [100, 0],
    ],
  }
  const after: { bids: Level[]; asks: Level[] } = { bids: [[100, 5], [99, 1], [98, 7]], asks: [[101, 4], [102, 9], [103, 6]] } // prettier-ignore
  const before = bookAfter(undefined, frame('snapshot', { prev: 7, now: 7 }, whole, whole))
  expect(bookAfter(before, frame('update', { prev: 7, now: 8 }, changes, after))).toMatchObject(after)
})

it('is lost after a missing frame, with another checksum, or without a snapshot', () => {
  const book = bookAfter(undefined, snapshot)
  const update = frame('update', { prev: 7, now: 8 }, { bids: [], asks: [] }, first)
  expect(bookAfter(book, { ...update, prevSeq: 6 })).toBeUndefined()
  expect(bookAfter(book, { ...update, checksum: 1 })).toBeUndefined()
  expect(bookAfter(undefined, update)).toBeUndefined()
  expect(bookAfter(book, update)?.seq).toBe(8)
})
