import type { AccountFrameCause, LedgerEntry } from '@valiant/shared/protocol/account'
import { centsOf, sum } from './money.ts'

/** A deposit or withdrawal, which is neither profit nor loss. */
export interface MoneyMove {
  readonly timeMs: number
  readonly cents: bigint
}

const KINDS = ['deposit', 'withdraw']
const CAUSES: readonly AccountFrameCause[] = ['deposit', 'withdraw', 'reset']

/** Whether a frame contains a deposit, withdrawal or reset. */
export const movesMoney = (cause: AccountFrameCause): boolean => CAUSES.includes(cause)

export const moneyMovesOf = (entries: readonly LedgerEntry[]): readonly MoneyMove[] =>
  entries
    .filter(({ kind, asset }) => asset === 'USD' && KINDS.includes(kind))
    .map(({ time, amount }) => ({ timeMs: time, cents: centsOf(amount) }))

/**
 * When the account was last reset; undefined if never. If that is older than these entries, the time of the oldest.
 * @param resets the number of resets
 * @param entries newest first
 */
export const beganAnewMs = (resets: number, entries: readonly LedgerEntry[]): number | undefined =>
  resets === 0 ? undefined : (entries.find(({ kind }) => kind === 'reset') ?? entries.at(-1))?.time

/**
 * Deposits and withdrawals since a time.
 * @param entries newest first; complete if there are none before them
 * @returns undefined if they do not reach back that far
 */
export function movesSince(
  entries: { readonly items: readonly LedgerEntry[]; readonly isWhole: boolean },
  fromMs: number,
): readonly MoneyMove[] | undefined {
  const { items, isWhole } = entries
  const oldest = items.at(-1)
  const isCovered = isWhole || (oldest !== undefined && oldest.time <= fromMs)
  return isCovered ? moneyMovesOf(items).filter(({ timeMs }) => timeMs > fromMs) : undefined
}

/** Deposits less withdrawals. */
export const movedSince = (moves: readonly MoneyMove[], timeMs: number): bigint =>
  sum(moves.filter((move) => move.timeMs > timeMs).map(({ cents }) => cents))
