import type { LedgerEntry } from '@valiant/shared/protocol/account'
import { expect, test } from 'vitest'
import { beganAnewMs, moneyMovesOf, movedSince, movesSince } from './money-moves.ts'

const entry = (time: number, kind: string, amount: string, asset = 'USD'): LedgerEntry => ({
  ...{ entryId: String(time), time, kind, asset, amount, balanceAfter: amount },
})
const entries = [
  entry(60, 'withdraw', '-20.00'),
  entry(50, 'trade', '-100.00'),
  entry(50, 'trade', '1', 'NOVA'),
  entry(40, 'deposit', '50.50'),
  entry(30, 'reset', '100000.00'),
  entry(30, 'reset', '-7.00'),
]

test('deposits and withdrawals move money, trades do not', () => {
  const moves = moneyMovesOf(entries)
  expect(moves).toEqual([
    { timeMs: 60, cents: -2_000n },
    { timeMs: 40, cents: 5_050n },
  ])
  expect(movedSince(moves, 40)).toBe(-2_000n)
  expect(movedSince(moves, 39)).toBe(3_050n)
})

test('deposits are known as far back as the entries go', () => {
  const known = { items: entries, isWhole: false }
  expect(movesSince(known, 30)).toHaveLength(2)
  expect(movesSince(known, 40)).toEqual([{ timeMs: 60, cents: -2_000n }])
  expect(movesSince(known, 29)).toBeUndefined()
  expect(movesSince({ ...known, isWhole: true }, 29)).toHaveLength(2)
  expect(movesSince({ items: [], isWhole: true }, 29)).toEqual([])
})

test('an account started over with its newest reset, or before its oldest known entry', () => {
  expect(beganAnewMs(0, entries)).toBeUndefined()
  expect(beganAnewMs(1, entries)).toBe(30)
  expect(beganAnewMs(1, entries.slice(0, 2))).toBe(50)
})
