import { expect, test } from 'vitest'
import { ExchangeCapacity } from './exchange-capacity.ts'

const LOOK_MS = 100

/** Simulates an exchange that answers `answered` requests a second in batches, while clients send `offered`. */
function overload(
  capacity: ExchangeCapacity,
  {
    offered,
    answered,
    seconds,
    batchMs = LOOK_MS,
  }: { offered: number; answered: number; seconds: number; batchMs?: number },
): { readonly most: number; readonly last: number; readonly refused: number } {
  const found = { most: 0, last: 0, refused: 0 }
  for (let ms = 1; ms <= 1_000 * seconds; ms++) {
    const due = Math.floor((ms * offered) / 1_000) - Math.floor(((ms - 1) * offered) / 1_000)
    const taken = Math.max(0, Math.min(due, Math.floor(capacity.waitingMax) - found.last))
    found.refused += due - taken
    found.last += taken
    found.most = Math.max(found.most, found.last)
    if (ms % batchMs === 0) {
      for (let left = (answered * batchMs) / 1_000; left > 0 && found.last > 0; left--, found.last--)
        capacity.answered()
    }
    if (ms % LOOK_MS === 0) capacity.look(found.last, ms)
  }
  return found
}

test.each([
  { offered: 1_000, answered: 300 },
  { offered: 1_000, answered: 500 },
  { offered: 2_000, answered: 500 },
  { offered: 10_000, answered: 3_000 },
  { offered: 1_000, answered: 400, batchMs: 400 },
])('overload ($offered a second, $answered answered) is refused, and no accepted request waits 3.25 s', (load) => {
  const { most, last, refused } = overload(new ExchangeCapacity(0), { ...load, seconds: 20 })
  expect(most / load.answered).toBeLessThan(3.25)
  expect(last / load.answered).toBeLessThan(2)
  expect(refused).toBeGreaterThan(0)
})

test.each([
  { offered: 900, answered: 1_000 },
  { offered: 4_000, answered: 5_000 },
  { offered: 100, answered: 200 },
])('requests within capacity are accepted ($offered a second, $answered answered)', (load) => {
  expect(overload(new ExchangeCapacity(0), { ...load, seconds: 20 }).refused).toBe(0)
})

test('when the exchange becomes faster again, more requests are accepted', () => {
  const capacity = new ExchangeCapacity(0)
  overload(capacity, { offered: 1_000, answered: 200, seconds: 10 })
  const slow = capacity.waitingMax
  overload(capacity, { offered: 3_000, answered: 2_000, seconds: 10 })
  expect(capacity.waitingMax).toBeGreaterThan(3 * slow)
})

test('a second without answers, as during a change of leader, is no reason to refuse', () => {
  const capacity = new ExchangeCapacity(0)
  overload(capacity, { offered: 1_000, answered: 1_000, seconds: 5 })
  const before = capacity.waitingMax
  for (let ms = 5_100; ms <= 6_000; ms += LOOK_MS) capacity.look(500, ms)
  expect(capacity.waitingMax).toBe(before)
})

test('a burst after a quiet period is accepted', () => {
  const capacity = new ExchangeCapacity(0)
  for (let ms = LOOK_MS; ms < 60_000; ms += LOOK_MS) {
    capacity.answered()
    capacity.look(0, ms)
  }
  expect(capacity.waitingMax).toBeGreaterThanOrEqual(500)
})
