import type { AccountFrameCause, LedgerEntry } from '@valiant/shared/protocol/account'
import { centsOf, sum } from './money.ts'

/** Money that came in or went out, which is neither profit nor loss. */
export interface MoneyMove {
  readonly timeMs: number
  readonly cents: bigint
}

const KINDS = ['deposit', 'withdraw']
const CAUSES: readonly AccountFrameCause[] = ['deposit', 'withdraw', 'reset']

/** Whether a frame tells of money that came in or went out. */
export const movesMoney = (cause: AccountFrameCause): boolean => CAUSES.includes(cause)

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

/**
 * What moved since a moment.
 * @param entries newest first; whole where there is none before them
 * @returns undefined where they do not reach back so far
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

/** What came in since, less what went out. */
export const movedSince = (moves: readonly MoneyMove[], timeMs: number): bigint =>
  sum(moves.filter((move) => move.timeMs > timeMs).map(({ cents }) => cents))
