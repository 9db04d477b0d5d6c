import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import type { Listing } from '#lib/market/listing.svelte.ts'
import { rounded } from '#lib/ticket/amount.ts'
import { grouped, MINUS, MISSING, moment, money, signedMoney, toneOf } from '#lib/ui/format.ts'

/** One column of a list: its head, and the text of a cell. */
export interface Column<Item> {
  readonly head: string
  readonly text: (item: Item) => string
  readonly tone?: (item: Item) => '' | 'up' | 'down'
  /** Numbers stand at the right. */
  readonly isNumber?: boolean
  /** Not on a phone. */
  readonly isWide?: boolean
}

/** What the cells need to know of the page. */
export interface Context {
  readonly nowMs: number
  readonly listing: (symbol: string) => Listing | undefined
}

const SIDE = { buy: 'Buy', sell: 'Sell' } as const
const sideTone = ({ side }: { side: 'buy' | 'sell' }) => (side === 'buy' ? 'up' : 'down')
const TYPE = {
  market: 'Market',
  limit: 'Limit',
  stop: 'Stop',
  stop_limit: 'Stop limit',
  trailing_stop: 'Trailing stop',
} as const

/** An order's state, as people say it. */
export function statusOf({ status, reason }: Pick<Order, 'status' | 'reason'>): string {
  switch (status) {
    case 'open':
      return 'Open'
    case 'partially_filled':
      return 'Partly filled'
    case 'filled':
      return 'Filled'
    case 'rejected':
      return 'Refused'
    case 'expired':
      return 'Expired'
    case 'held':
    case 'untriggered':
      return 'Waiting'
    case 'canceled':
      return (
        { ioc_remainder: 'Cancelled, none left at its price', no_liquidity: 'Cancelled, none on offer' }[
          reason ?? ''
        ] ?? 'Cancelled'
      )
  }
}

export const fillColumns = ({ nowMs, listing }: Context): readonly Column<Fill>[] => [
  { head: 'Time', text: ({ time }) => moment(time, nowMs) },
  { head: 'Instrument', text: ({ symbol }) => listing(symbol)?.label ?? symbol },
  { head: 'Side', text: ({ side }) => SIDE[side], tone: sideTone },
  { head: 'Quantity', text: ({ qty }) => grouped(qty), isNumber: true },
  { head: 'Price', text: ({ price }) => grouped(price), isNumber: true },
  { head: 'Fee', text: ({ fee }) => money(fee), isNumber: true, isWide: true },
  { head: 'Role', text: ({ liquidity }) => (liquidity === 'maker' ? 'Maker' : 'Taker'), isWide: true },
  {
    head: 'Realised',
    text: ({ realizedPnl }) => signedMoney(realizedPnl),
    tone: ({ realizedPnl }) => toneOf(realizedPnl),
    isNumber: true,
    isWide: true,
  },
]

export const orderColumns = ({ nowMs, listing }: Context): readonly Column<Order>[] => [
  { head: 'Time', text: ({ createdAt }) => moment(createdAt, nowMs) },
  { head: 'Instrument', text: ({ symbol }) => listing(symbol)?.label ?? symbol },
  { head: 'Side', text: ({ side }) => SIDE[side], tone: sideTone },
  { head: 'Type', text: ({ type, postOnly }) => TYPE[type] + (postOnly ? ', post only' : ''), isWide: true },
  { head: 'Filled', text: ({ filledQty, qty }) => `${grouped(filledQty)} of ${grouped(qty)}`, isNumber: true },
  {
    head: 'Limit',
    text: ({ limitPrice }) => (limitPrice === undefined ? MISSING : grouped(limitPrice)),
    isNumber: true,
  },
  {
    head: 'Average',
    text: ({ avgPrice, symbol }) =>
      avgPrice === null ? MISSING : grouped(rounded(avgPrice, listing(symbol)?.tick.decimals ?? 2)),
    isNumber: true,
    isWide: true,
  },
  { head: 'Fee', text: ({ feesPaid }) => money(feesPaid), isNumber: true, isWide: true },
  { head: 'State', text: statusOf },
]

export const ledgerColumns = ({ nowMs, listing }: Context): readonly Column<LedgerEntry>[] => [
  { head: 'Time', text: ({ time }) => moment(time, nowMs) },
  { head: 'Entry', text: ({ kind }) => kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll('_', ' ') },
  { head: 'Asset', text: ({ asset }) => listing(asset)?.label ?? asset },
  { head: 'Amount', text: amountOf, tone: ({ amount }) => toneOf(amount), isNumber: true },
  {
    head: 'Balance after',
    text: ({ asset, balanceAfter }) => (asset === 'USD' ? money(balanceAfter) : grouped(balanceAfter)),
    isNumber: true,
  },
  { head: 'Note', text: ({ note }) => note ?? '', isWide: true },
]

function amountOf({ asset, amount }: LedgerEntry): string {
  if (asset === 'USD') return signedMoney(amount)
  const size = grouped(amount.replace('-', ''))
  return toneOf(amount) === '' ? size : (amount.startsWith('-') ? MINUS : '+') + size
}
