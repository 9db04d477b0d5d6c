import { expect, test } from 'vitest'
import { EncodedFrame } from '../../bus/encoded-frame.ts'
import { ReplayBuffer } from './replay-buffer.ts'

const T = 1_800_000_000_000
/** It takes 1,000 bytes of memory, and more if it has orders. */
const frame = (seq: number, orders = 0) => new EncodedFrame({ epoch: 1, seq, json: ' '.repeat(500 + 1_000 * orders) })
const seqs = (frames: EncodedFrame[] | undefined) => frames?.map(({ seq }) => seq)

function filled(memory: ReplayBuffer, account: number, from: number, to: number, nowMs = T): ReplayBuffer {
  for (let seq = from; seq <= to; seq++) memory.add(account, frame(seq), nowMs)
  return memory
}

test('returns the frames of one account after a seq, in order', () => {
  const memory = filled(filled(new ReplayBuffer(), 17, 1, 5), 18, 1, 9)
  expect(seqs(memory.after(17, { afterSeq: 2, newestSeq: 5 }))).toEqual([3, 4, 5])
  expect(memory.after(17, { afterSeq: 5, newestSeq: 5 })).toEqual([])
})

test('returns undefined instead of a part: for too old or future seqs, and for unknown accounts', () => {
  const memory = filled(new ReplayBuffer(), 17, 4, 6)
  expect(seqs(memory.after(17, { afterSeq: 3, newestSeq: 6 }))).toEqual([4, 5, 6])
  expect(memory.after(17, { afterSeq: 2, newestSeq: 6 })).toBeUndefined()
  expect(memory.after(17, { afterSeq: 7, newestSeq: 6 })).toBeUndefined()
  expect(memory.after(18, { afterSeq: 1, newestSeq: 2 })).toBeUndefined()
  // Nothing is missing, so an empty list is right whether or not any frames are held.
  expect(memory.after(18, { afterSeq: 2, newestSeq: 2 })).toEqual([])
})

test('after a gap, left by another leader, earlier frames are dropped', () => {
  const memory = filled(new ReplayBuffer(), 17, 1, 3)
  expect(memory.after(17, { afterSeq: 2, newestSeq: 5 })).toBeUndefined()
  memory.add(17, frame(6), T)
  expect(memory.after(17, { afterSeq: 2, newestSeq: 6 })).toBeUndefined()
  expect(seqs(memory.after(17, { afterSeq: 5, newestSeq: 6 }))).toEqual([6])
})

test('is bounded by age', () => {
  const memory = filled(new ReplayBuffer({ ageMs: 1_000 }), 17, 1, 2)
  memory.add(17, frame(3), T + 1_000)
  expect(seqs(memory.after(17, { afterSeq: 0, newestSeq: 3 }))).toEqual([1, 2, 3])
  memory.add(18, frame(1), T + 1_001)
  expect(memory.after(17, { afterSeq: 0, newestSeq: 3 })).toBeUndefined()
  expect(seqs(memory.after(17, { afterSeq: 2, newestSeq: 3 }))).toEqual([3])
})

test('is bounded by the number of frames per account', () => {
  const memory = filled(new ReplayBuffer({ perAccount: 3 }), 17, 1, 5)
  expect(memory.after(17, { afterSeq: 1, newestSeq: 5 })).toBeUndefined()
  expect(seqs(memory.after(17, { afterSeq: 2, newestSeq: 5 }))).toEqual([3, 4, 5])
})

test('is bounded by total memory; the oldest frame of any account is dropped first', () => {
  const memory = filled(new ReplayBuffer({ bytes: 10_000 }), 17, 1, 2)
  filled(memory, 18, 1, 8)
  expect(seqs(memory.after(17, { afterSeq: 0, newestSeq: 2 }))).toEqual([1, 2])
  memory.add(19, frame(1, 1), T)
  expect(memory.after(17, { afterSeq: 0, newestSeq: 2 })).toBeUndefined()
  expect(seqs(memory.after(18, { afterSeq: 1, newestSeq: 8 }))).toEqual([2, 3, 4, 5, 6, 7, 8])
})

test('a longer frame takes more memory', () => {
  const memory = filled(new ReplayBuffer({ bytes: 2_000 }), 17, 1, 1)
  memory.add(18, frame(1), T)
  expect(seqs(memory.after(17, { afterSeq: 0, newestSeq: 1 }))).toEqual([1])
  memory.add(18, frame(2, 2), T)
  expect(memory.after(17, { afterSeq: 0, newestSeq: 1 })).toBeUndefined()
  expect(memory.after(18, { afterSeq: 0, newestSeq: 2 })).toBeUndefined()
})
