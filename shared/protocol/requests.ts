import { z } from 'zod'
import {
  Account,
  AccountSnapshot,
  ChangedAccount,
  EquityPoint,
  LedgerEntry,
  MovedMoney,
  RealizedSums,
} from './account.ts'
import { Alert, CreateAlert, DeleteAlert } from './alerts.ts'
import {
  CancelAfter,
  CancelAll,
  CancelOnDisconnect,
  ClosePosition,
  CreateAccount,
  ProtectPosition,
  UpdateAccount,
} from './changes.ts'
import { Decimal, Id, RequestId, Seq, SignedDecimal, Time } from './fields.ts'
import { SPARKLINE_POINTS_MAX } from './limits.ts'
import {
  BookFrame,
  Candle,
  CandleFrame,
  Instrument,
  QuotesFrame,
  Subscription,
  TickerFrame,
  Trade,
  TradesFrame,
} from './market-data.ts'
import { News, NewsQuery } from './news.ts'
import {
  AmendedOrder,
  AmendOrder,
  Fill,
  Order,
  OrderPreview,
  OrderReference,
  PlacedOrder,
  PlaceOrder,
  PreviewOrder,
  Protection,
} from './order.ts'
import { GetPreferences, Preferences, SetPreference } from './preferences.ts'
import { CandlesQuery, EquityQuery, LedgerQuery, limit, ListQuery, RealizedQuery, TradesQuery } from './queries.ts'

const Nothing = z.strictObject({})
const MoveMoney = z.strictObject({ amount: Decimal, requestId: RequestId.optional() })
const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() })

/**
 * `scope` is who may send the request: `public` anyone; `read` and `trade` only accounts whose session or key has that
 * scope. `changes` means that the request is recorded under its id, so it is safe to send again. All such requests go
 * to the exchange, except `preferences.set`, `alert.create` and `alert.delete`.
 */
interface RequestKind<Payload extends z.ZodType = z.ZodType, Data extends z.ZodType = z.ZodType> {
  readonly scope: 'public' | 'read' | 'trade'
  readonly changes: boolean
  readonly summary: string
  readonly payload: Payload
  readonly data: Data
}

const kind = <Payload extends z.ZodType, Data extends z.ZodType>(definition: RequestKind<Payload, Data>) => definition

/** Every request of the protocol. The gateway, the SDK, the documents and the types all derive from this table. */
export const REQUESTS = {
  time: kind({
    scope: 'public',
    changes: false,
    summary: 'The server’s wall time.',
    payload: Nothing,
    data: z.object({ time: Time }),
  }),
  instruments: kind({
    scope: 'public',
    changes: false,
    summary: 'What can be traded.',
    payload: Nothing,
    data: z.array(Instrument),
  }),
  subscribe: kind({
    scope: 'public',
    changes: false,
    summary:
      'Starts a stream; the answer is its snapshot: one frame per symbol in the requested order, a single frame for quotes.',
    payload: Subscription,
    data: z.union([
      z.array(BookFrame),
      z.array(TickerFrame),
      z.array(CandleFrame),
      z.array(TradesFrame),
      z.array(QuotesFrame),
      QuotesFrame,
    ]),
  }),
  unsubscribe: kind({
    scope: 'public',
    changes: false,
    summary: 'Ends a stream.',
    payload: Subscription,
    data: z.object({}),
  }),
  candles: kind({
    scope: 'public',
    changes: false,
    summary: 'Historical bars, oldest first, without gaps.',
    payload: CandlesQuery,
    data: z.array(Candle),
  }),
  trades: kind({
    scope: 'public',
    changes: false,
    summary: 'Trades, oldest first; `fromId` inclusive, without it the newest.',
    payload: TradesQuery,
    data: z.array(Trade),
  }),
  sparklines: kind({
    scope: 'public',
    changes: false,
    summary: 'Closes of the last 24 hours for every symbol, oldest first.',
    payload: z.strictObject({ points: limit(SPARKLINE_POINTS_MAX) }),
    data: z.record(z.string(), z.array(SignedDecimal)),
  }),
  news: kind({
    scope: 'public',
    changes: false,
    summary: 'What has happened in the market, newest first: halts, dividends, splits, jumps of prices.',
    payload: NewsQuery,
    data: list(News),
  }),
  'order.place': kind({
    scope: 'trade',
    changes: true,
    summary: 'Places an order; the answer is final and comes after the commit.',
    payload: PlaceOrder,
    data: PlacedOrder,
  }),
  'order.preview': kind({
    scope: 'read',
    changes: false,
    summary: 'What an order would cost and fill now; nothing is placed.',
    payload: PreviewOrder,
    data: OrderPreview,
  }),
  'order.amend': kind({
    scope: 'trade',
    changes: true,
    summary: 'Changes an open order; it keeps its place in the queue only if nothing but the quantity is reduced.',
    payload: AmendOrder,
    data: AmendedOrder,
  }),
  'order.cancel': kind({
    scope: 'trade',
    changes: true,
    summary: 'Cancels an order.',
    payload: OrderReference.extend({ requestId: RequestId.optional() }),
    data: Order.extend({ seq: Seq.optional() }),
  }),
  'order.cancelAll': kind({
    scope: 'trade',
    changes: true,
    summary: 'Cancels all open orders, or those of a symbol or side.',
    payload: CancelAll,
    data: z.object({ orderIds: z.array(Id), seq: Seq.optional() }),
  }),
  'order.get': kind({
    scope: 'read',
    changes: false,
    summary: 'An order with its fills, as it stands now.',
    payload: OrderReference,
    data: PlacedOrder,
  }),
  'position.close': kind({
    scope: 'trade',
    changes: true,
    summary: 'Closes a position, or part of it, at market; orders that hold it are canceled.',
    payload: ClosePosition,
    data: PlacedOrder,
  }),
  'position.protect': kind({
    scope: 'trade',
    changes: true,
    summary: 'Replaces the exits of a position; without either price it removes them.',
    payload: ProtectPosition,
    data: Protection,
  }),
  cancelAfter: kind({
    scope: 'trade',
    changes: true,
    summary: 'Dead man’s switch: cancels open orders unless it is renewed in time; 0 turns it off.',
    payload: CancelAfter,
    data: z.object({ cancelAt: Time.optional().describe('Absent when the switch is off.'), seq: Seq.optional() }),
  }),
  cancelOnDisconnect: kind({
    scope: 'trade',
    changes: false,
    summary:
      'Changes `auth.cancelOnDisconnect` for this connection. 0 turns it off, and also forgets what earlier connections had requested.',
    payload: CancelOnDisconnect,
    data: Nothing,
  }),
  account: kind({
    scope: 'read',
    changes: false,
    summary: 'Money, positions and open orders as of `seq`.',
    payload: Nothing,
    data: AccountSnapshot,
  }),
  'account.update': kind({
    scope: 'trade',
    changes: true,
    summary: 'Renames the account, or switches margin on or off.',
    payload: UpdateAccount,
    data: ChangedAccount,
  }),
  'account.deposit': kind({
    scope: 'trade',
    changes: true,
    summary: 'Deposits simulated money.',
    payload: MoveMoney,
    data: MovedMoney,
  }),
  'account.withdraw': kind({
    scope: 'trade',
    changes: true,
    summary: 'Withdraws simulated money, up to what is available.',
    payload: MoveMoney,
    data: MovedMoney,
  }),
  'account.reset': kind({
    scope: 'trade',
    changes: true,
    summary: 'Cancels all orders and starts again with this cash; history is kept.',
    payload: z.strictObject({ startingCash: Decimal, requestId: RequestId.optional() }),
    data: ChangedAccount,
  }),
  accounts: kind({
    scope: 'read',
    changes: false,
    summary: 'The accounts of the user.',
    payload: Nothing,
    data: z.array(Account),
  }),
  'accounts.create': kind({
    scope: 'trade',
    changes: true,
    summary: 'Opens another account of the user; a connection picks it by `auth.accountId`.',
    payload: CreateAccount,
    data: ChangedAccount,
  }),
  orders: kind({
    scope: 'read',
    changes: false,
    summary: 'Orders, newest first.',
    payload: ListQuery,
    data: list(Order),
  }),
  fills: kind({
    scope: 'read',
    changes: false,
    summary: 'Fills, newest first.',
    payload: ListQuery,
    data: list(Fill),
  }),
  ledger: kind({
    scope: 'read',
    changes: false,
    summary: 'Entries of the ledger, newest first.',
    payload: LedgerQuery,
    data: list(LedgerEntry),
  }),
  realized: kind({
    scope: 'read',
    changes: false,
    summary: 'What fills have brought since a time, by symbol. Add up the answers while there is a `nextCursor`.',
    payload: RealizedQuery,
    data: RealizedSums,
  }),
  equity: kind({
    scope: 'read',
    changes: false,
    summary:
      'The account’s equity over time, oldest first; the newest points if not all fit into one answer. Kept per minute for a week, per hour for 90 days, per day forever.',
    payload: EquityQuery,
    data: z.array(EquityPoint),
  }),
  'preferences.get': kind({
    scope: 'read',
    changes: false,
    summary: 'The user’s preferences by key: all of them, or a single one; a key without a value is absent.',
    payload: GetPreferences,
    data: Preferences,
  }),
  'preferences.set': kind({
    scope: 'trade',
    changes: true,
    summary: 'Stores a preference under a key, or removes it (null); the answer has the stored value.',
    payload: SetPreference,
    data: Preferences,
  }),
  'alert.create': kind({
    scope: 'trade',
    changes: true,
    summary: 'Creates a price alert; it fires once, on the first later trade at or beyond its price.',
    payload: CreateAlert,
    data: Alert,
  }),
  'alert.list': kind({
    scope: 'read',
    changes: false,
    summary: 'The account’s alerts, newest first: all that are waiting, and the latest that have fired.',
    payload: Nothing,
    data: z.array(Alert),
  }),
  'alert.delete': kind({
    scope: 'trade',
    changes: true,
    summary: 'Deletes an alert, waiting or fired.',
    payload: DeleteAlert,
    data: z.object({ alertId: Id }),
  }),
} as const

export type RequestName = keyof typeof REQUESTS
export type PayloadOf<Name extends RequestName> = z.input<(typeof REQUESTS)[Name]['payload']>
export type DataOf<Name extends RequestName> = z.infer<(typeof REQUESTS)[Name]['data']>
