import { expect, it } from 'vitest'
import { TokenBucket } from './token-bucket.ts'

it('gives a burst at once, then so many a second', () => {
  const bucket = new TokenBucket({ perSecond: 50, burst: 100, nowMs: 0 })
  for (let i = 0; i < 100; i++) expect(bucket.take(0)).toBe(0)
  expect(bucket.take(0)).toBe(20)
  expect(bucket.take(19)).toBe(1)
  expect(bucket.take(20)).toBe(0)
})

it('says what remains and when it is full again', () => {
  const bucket = new TokenBucket({ perSecond: 50, burst: 100, nowMs: 0 })
  bucket.take(0)
  expect(bucket.state(0)).toEqual({ remaining: 99, resetMs: 20 })
  expect(bucket.isFull(20)).toBe(true)
})

it('a clock that is set back neither gives nor takes', () => {
  const bucket = new TokenBucket({ perSecond: 1, burst: 1, nowMs: 10_000 })
  expect(bucket.take(10_000)).toBe(0)
  expect(bucket.take(5_000)).toBe(1_000)
  expect(bucket.take(6_000)).toBe(0)
})

it('part of a token is not one, and a wait never ends too early', () => {
  const bucket = new TokenBucket({ perSecond: 3, burst: 2, nowMs: 0 })
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 334])
  expect(bucket.state(100)).toEqual({ remaining: 0, resetMs: 567 })
  expect([bucket.isFull(666), bucket.isFull(667)]).toEqual([false, true])
})
