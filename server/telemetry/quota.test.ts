import { expect, test } from 'vitest'
import { Budget, Repeats } from './quota.ts'

const failure = (type: string, value: string) => ({ exception: { values: [{ type, value }] } })

test('the same error is reported once in ten seconds, even if the numbers in its message differ', () => {
  const repeats = new Repeats()
  expect(repeats.isDue(failure('SlowCommit', 'batch 7 is not answered'), 0)).toBe(true)
  expect(repeats.isDue(failure('SlowCommit', 'batch 8 is not answered'), 9_999)).toBe(false)
  expect(repeats.isDue(failure('InDoubt', 'batch 8 is not answered'), 9_999)).toBe(true)
  expect(repeats.isDue(failure('SlowCommit', 'batch 9 is not answered'), 10_000)).toBe(true)
  expect(repeats.isDue(failure('SlowCommit', 'batch 9 is not answered'), 19_999)).toBe(false)
})

test('with too many kinds of errors the oldest is forgotten, not the newest', () => {
  const repeats = new Repeats()
  const kind = (n: number) => failure('x'.repeat(n + 1), '')
  for (let n = 0; n <= 200; n++) expect(repeats.isDue(kind(n), 0)).toBe(true)
  expect(repeats.isDue(kind(200), 1)).toBe(false)
  expect(repeats.isDue(kind(0), 1)).toBe(true)
})

test('each second has its own budget of transactions', () => {
  const budget = new Budget()
  const taken = (atMs: number) => Array.from({ length: 200 }, () => budget.take(atMs)).filter(Boolean).length
  expect(taken(1_000)).toBe(50)
  expect(taken(1_999)).toBe(0)
  expect(taken(2_000)).toBe(50)
})
