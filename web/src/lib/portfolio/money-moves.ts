import type { LedgerEntry } from '@valiant/shared/protocol/account'
import { centsOf, sum } from './money.ts'

/** Money that came in or went out, which is neither profit nor loss. */
export interface MoneyMove {
  readonly timeMs: number
  readonly cents: bigint
}

const KINDS = ['deposit', 'withdraw']

export const moneyMovesOf = (entries: readonly LedgerEntry[]): readonly MoneyMove[] =>
  entries
    .filter(({ kind, asset }) => asset === 'USD' && KINDS.includes(kind))
    .map(({ time, amount }) => ({ timeMs: time, cents: centsOf(amount) }))

/**
 * When the account last began anew; undefined where it never did. Where that is older than these entries, their oldest.
 * @param resets how often it did
 * @param entries newest first
 */
export const beganAnewMs = (resets: number, entries: readonly LedgerEntry[]): number | undefined =>
  resets === 0 ? undefined : (entries.find(({ kind }) => kind === 'reset') ?? entries.at(-1))?.time

/** What came in since, less what went out. */
export const movedSince = (moves: readonly MoneyMove[], timeMs: number): bigint =>
  sum(moves.filter((move) => move.timeMs > timeMs).map(({ cents }) => cents))
