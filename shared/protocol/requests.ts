import { z } from 'zod'
import { Account, AccountSnapshot, LedgerEntry } from './account.ts'
import { Id, InstrumentSymbol, RequestId, Seq, Side, SignedDecimal, Time } from './fields.ts'
import { Fill, Order, OrderPreview, OrderReference, PlaceOrder, PlacedOrder } from './order.ts'
import { CANDLES_MAX, PAGE_MAX, SPARKLINE_POINTS_MAX, TRADES_MAX } from './limits.ts'
import {
  BookFrame,
  Candle,
  Instrument,
  Interval,
  QuotesFrame,
  Subscription,
  TickerFrame,
  Trade,
  TradesFrame,
  CandleFrame,
} from './market-data.ts'

const Nothing = z.strictObject({})
const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() })
const limit = (max: number) => z.int().min(1).max(max).optional()

export const ListQuery = z.strictObject({
  status: z.enum(['open', 'closed', 'all']).optional(),
  symbol: InstrumentSymbol.optional(),
  from: Time.optional(),
  to: Time.optional(),
  cursor: z.string().max(64).optional(),
  limit: limit(PAGE_MAX),
})
export type ListQuery = z.infer<typeof ListQuery>

export const CandlesQuery = z.strictObject({
  symbol: InstrumentSymbol,
  interval: Interval,
  from: Time.optional(),
  to: Time.optional(),
  limit: limit(CANDLES_MAX),
})
export type CandlesQuery = z.infer<typeof CandlesQuery>

export const TradesQuery = z.strictObject({
  symbol: InstrumentSymbol,
  fromId: z
    .string()
    .regex(/^\d{1,16}$/, 'the id of a trade: digits')
    .optional(),
  limit: limit(TRADES_MAX),
})
export type TradesQuery = z.infer<typeof TradesQuery>

export const CancelAll = z.strictObject({
  symbol: InstrumentSymbol.optional(),
  side: Side.optional(),
  requestId: RequestId.optional(),
})
export type CancelAll = z.infer<typeof CancelAll>

/**
 * Who may ask: `public` anyone, `read` and `trade` only an account whose session or key has that scope.
 * `changes`: the request goes to the exchange, is recorded under its id, and is safe to send again.
 */
interface RequestKind<Payload extends z.ZodType = z.ZodType, Data extends z.ZodType = z.ZodType> {
  readonly scope: 'public' | 'read' | 'trade'
  readonly changes: boolean
  readonly summary: string
  readonly payload: Payload
  readonly data: Data
}

const kind = <Payload extends z.ZodType, Data extends z.ZodType>(definition: RequestKind<Payload, Data>) => definition

/** Every request of the protocol: the truth for the gateway, the SDK, the documents and the types. */
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
      'Starts a stream; the answer is its snapshot, one frame a symbol in the order asked, for quotes one frame.',
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
    summary: 'History of bars, oldest first, without holes.',
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
    payload: PlaceOrder,
    data: OrderPreview,
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
  account: kind({
    scope: 'read',
    changes: false,
    summary: 'Money, positions and open orders as of `seq`.',
    payload: Nothing,
    data: AccountSnapshot,
  }),
  accounts: kind({
    scope: 'read',
    changes: false,
    summary: 'The accounts of the user.',
    payload: Nothing,
    data: z.array(Account),
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
    payload: ListQuery,
    data: list(LedgerEntry),
  }),
} as const

export type RequestName = keyof typeof REQUESTS
export type PayloadOf<Name extends RequestName> = z.input<(typeof REQUESTS)[Name]['payload']>
export type DataOf<Name extends RequestName> = z.infer<(typeof REQUESTS)[Name]['data']>

/** Requests of the protocol that this version does not serve yet; they answer INVALID and say so. */
export const NOT_SERVED = [
  'order.amend',
  'position.close',
  'position.protect',
  'cancelAfter',
  'account.update',
  'account.deposit',
  'account.withdraw',
  'accounts.create',
  'account.reset',
  'equity',
  'preferences.get',
  'preferences.set',
  'alert.create',
  'alert.list',
  'alert.delete',
] as const

/** Fields of an order that this version does not serve yet. */
export const ORDER_FIELDS_NOT_SERVED = [
  'notional',
  'stopPrice',
  'trailAmount',
  'trailPercent',
  'expireAt',
  'reduceOnly',
  'takeProfit',
  'stopLoss',
] as const
