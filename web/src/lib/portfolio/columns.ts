import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { type Column, type Context, ledgerColumns } from '#lib/positions/columns.ts'
import { grouped, moment, signedMoney, toneOf } from '#lib/ui/format.ts'

/** A fill in a narrow panel. */
export const tradeColumns = ({ nowMs, listing }: Context): readonly Column<Fill>[] => [
  { head: 'Time', text: ({ time }) => moment(time, nowMs) },
  { head: 'Trade', text: ({ symbol, side, qty }) => `${listing(symbol)?.label ?? symbol} ${side} ${grouped(qty)}` },
  { head: 'Price', text: ({ price }) => grouped(price), isNumber: true },
  {
    head: 'Realised',
    text: ({ realizedPnl }) => signedMoney(realizedPnl),
    tone: ({ realizedPnl }) => toneOf(realizedPnl),
    isNumber: true,
  },
]

const MONEY = ['Time', 'Entry', 'Amount', 'Balance after', 'Note']

/** Entries of the ledger in a narrow panel. */
export const moneyColumns = (context: Context): readonly Column<LedgerEntry>[] =>
  ledgerColumns(context)
    .filter(({ head }) => MONEY.includes(head))
    .map((column) => (column.below === undefined ? column : { ...column, below: 'always' }))
