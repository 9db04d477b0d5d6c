import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { counters, depositOf, entryOf } from './batch.fixture.ts'
import { entriesDigest } from './entries-digest.ts'

test('the digest does not depend on the order of the entries, but on everything in them', () => {
  const next = counters()
  const entries = [depositOf(next, 200, 5), depositOf(next, 100, 7), entryOf(next, 'trade', [100, 200, 'USD', -3])]
  const digest = entriesDigest(entries).toString('hex')
  expect(entriesDigest(entries.toReversed()).toString('hex')).toBe(digest)
  const changes = [
    { account: 101 },
    { number: 9 },
    { counter: 201 },
    { counterNumber: 9 },
    { kind: 'fee' },
    { asset: 'VLNT' },
    { amount: -4 },
    { balanceAfter: 1 },
    { counterBalanceAfter: 1 },
    { orderNumber: 1 },
    { fillNumber: 1 },
    { counterOrderNumber: 1 },
    { counterFillNumber: 1 },
    { timeMs: 1 },
  ] as const
  const digests = changes.map((change) =>
    entriesDigest(entries.map((entry) => (entry.kind === 'trade' ? { ...entry, ...change } : entry))).toString('hex'),
  )
  expect(new Set([digest, ...digests]).size).toBe(changes.length + 1)
})

test('the digest is computed over lines as docs/architecture.md describes them', () => {
  const next = counters()
  const timeMs = 1_767_225_600_000
  const deposit = { ...depositOf(next, 200, 5), timeMs, balanceAfter: 5 }
  const trade = {
    ...entryOf(next, 'trade', [100, 200, 'USD', -3]),
    ...{ timeMs, balanceAfter: 20_000_000_000, counterBalanceAfter: -1, orderNumber: 4, fillNumber: 2 },
  }
  const text =
    '100 1 trade USD -3 20000000000 4 2 200 2 -1 - - 1767225600000\n' +
    '200 1 deposit USD 5 5 - - 3 - - - - 1767225600000\n'
  const digest = createHash('sha256').update(text).digest('hex')
  expect(entriesDigest([deposit, trade]).toString('hex')).toBe(digest)
})
