import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { News } from '@valiant/shared/protocol/news'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import type { Listing } from '#lib/market/listing.svelte.ts'
import { priceText, statusOf, typeText } from '#lib/orders/order-text.ts'
import { rounded } from '#lib/ticket/amount.ts'
import { capitalized, grouped, MISSING, moment, money, signed, signedMoney, toneOf } from '#lib/ui/format.ts'

/** One column of a list: its head, and the text of a cell. */
export interface Column<Item> {
  readonly head: string
  readonly text: (item: Item) => string
  readonly tone?: (item: Item) => '' | 'up' | 'down'
  /** Link of a cell. */
  readonly href?: (item: Item) => string | undefined
  /** Numbers are aligned right. */
  readonly isNumber?: boolean
  /** Not on a phone. */
  readonly isWide?: boolean
  /** Only on a phone. */
  readonly isNarrow?: boolean
  /** A sentence: takes the remaining width, and wraps. */
  readonly isText?: boolean
  /** Not in a column, but in a line of its own below the row, if there is a text: on a phone, or at any width. */
  readonly below?: 'phone' | 'always'
}

/** What the cells depend on. */
export interface Context {
  readonly nowMs: number
  readonly listing: (symbol: string) => Listing | undefined
}

const ofInstrument = ({ listing }: Context) => ({
  head: 'Instrument',
  text: ({ symbol }: { symbol: string }) => listing(symbol)?.label ?? symbol,
  href: ({ symbol }: { symbol: string }) => `/trade/${symbol}`,
})

const SIDE = { buy: 'Buy', sell: 'Sell' } as const
const sideTone = ({ side }: { side: 'buy' | 'sell' }) => (side === 'buy' ? 'up' : 'down')
export const fillColumns = (context: Context): readonly Column<Fill>[] => [
  { head: 'Time', text: ({ time }) => moment(time, context.nowMs) },
  ofInstrument(context),
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

const averageText = ({ avgPrice, symbol }: Order, { listing }: Context) =>
  avgPrice === null ? MISSING : grouped(rounded(avgPrice, listing(symbol)?.tick.decimals ?? 2))

export const orderColumns = (context: Context): readonly Column<Order>[] => [
  { head: 'Time', text: ({ createdAt }) => moment(createdAt, context.nowMs) },
  ofInstrument(context),
  { head: 'Side', text: ({ side }) => SIDE[side], tone: sideTone },
  { head: 'Type', text: typeText, isWide: true },
  { head: 'Filled', text: ({ filledQty, qty }) => `${grouped(filledQty)} of ${grouped(qty)}`, isNumber: true },
  { head: 'Price', text: priceText, isNumber: true, isWide: true },
  { head: 'Average', text: (order) => averageText(order, context), isNumber: true, isWide: true },
  {
    // A phone has room for one of them: the average price if there are fills, else the order's price.
    head: 'At',
    text: (order) => (order.avgPrice === null ? priceText(order) : averageText(order, context)),
    isNumber: true,
    isNarrow: true,
  },
  { head: 'Fee', text: ({ feesPaid }) => money(feesPaid), isNumber: true, isWide: true },
  { head: 'State', text: statusOf, below: 'phone' },
]

export const newsColumns = ({ nowMs, listing }: Context): readonly Column<News>[] => [
  { head: 'Time', text: ({ time }) => moment(time, nowMs) },
  {
    head: 'Instrument',
    text: ({ symbol }) => (symbol === undefined ? 'All' : (listing(symbol)?.label ?? symbol)),
    href: ({ symbol }) => (symbol === undefined ? undefined : `/trade/${symbol}`),
  },
  { head: 'Headline', text: ({ headline }) => headline, isText: true, below: 'phone' },
]

/** Labels of the kinds of entries; kinds added later show their own name. */
const ENTRY_KINDS: Readonly<Record<string, string>> = {
  deposit: 'Deposit',
  withdraw: 'Withdrawal',
  reset: 'Reset',
  trade: 'Trade',
  fee: 'Fee',
  interest: 'Interest',
  borrow: 'Borrow fee',
  dividend: 'Dividend',
  split: 'Split',
}

const kindText = (kind: string): string => ENTRY_KINDS[kind] ?? capitalized(kind).replaceAll('_', ' ')

export const ledgerColumns = ({ nowMs, listing }: Context): readonly Column<LedgerEntry>[] => [
  { head: 'Time', text: ({ time }) => moment(time, nowMs) },
  { head: 'Entry', text: ({ kind }) => kindText(kind) },
  { head: 'Asset', text: ({ asset }) => listing(asset)?.label ?? asset },
  { head: 'Amount', text: amountOf, tone: ({ amount }) => toneOf(amount), isNumber: true },
  {
    head: 'Balance after',
    text: ({ asset, balanceAfter }) => (asset === 'USD' ? money(balanceAfter) : grouped(balanceAfter)),
    isNumber: true,
  },
  { head: 'Note', text: ({ note }) => note ?? '', below: 'phone' },
]

const amountOf = ({ asset, amount }: LedgerEntry): string => (asset === 'USD' ? signedMoney(amount) : signed(amount))
