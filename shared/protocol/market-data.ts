import { z } from 'zod'
import { Epoch, InstrumentSymbol, OrderType, Seq, Side, SignedDecimal, Time, TimeInForce } from './fields.ts'
import { BOOK_DEPTHS } from './limits.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units/time.ts'

export const AssetClass = z.enum(['equity', 'currency', 'coin'])
export type AssetClass = z.infer<typeof AssetClass>

export const Instrument = z.object({
  symbol: z.string(),
  name: z.string(),
  assetClass: AssetClass,
  sector: z.string(),
  base: z.string(),
  quote: z.string(),
  tickSize: SignedDecimal,
  lotSize: SignedDecimal,
  minQty: SignedDecimal,
  maxQty: SignedDecimal,
  minNotional: SignedDecimal,
  makerBps: z.number(),
  takerBps: z.number(),
  initialMarginBps: z.number(),
  maintenanceMarginBps: z.number(),
  shortable: z.boolean(),
  borrowBps: z.number(),
  priceBandBps: z.number(),
  orderTypes: z.array(OrderType),
  timesInForce: z.array(TimeInForce),
  session: z.object({ open: z.string(), close: z.string() }),
  status: z.enum(['open', 'halted', 'closed']),
  version: z.int(),
})
export type Instrument = z.infer<typeof Instrument>

export const INTERVALS = ['1s', '5s', '15s', '1m', '5m', '15m', '30m', '1h', '4h', '1d'] as const
export const Interval = z.enum(INTERVALS)
export type Interval = z.infer<typeof Interval>
export const INTERVAL_MS: Readonly<Record<Interval, number>> = {
  '1s': 1_000,
  '5s': 5_000,
  '15s': 15_000,
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '4h': 4 * HOUR_MS,
  '1d': DAY_MS,
}

export const Candle = z
  .tuple([Time, SignedDecimal, SignedDecimal, SignedDecimal, SignedDecimal, SignedDecimal, z.int()])
  .describe('`[time, open, high, low, close, volume, trades]`; `time` is the start of the bar.')
export type Candle = z.infer<typeof Candle>

export const Trade = z
  .tuple([z.string(), Time, SignedDecimal, SignedDecimal, Side])
  .describe('`[id, time, price, qty, takerSide]`')
export type Trade = z.infer<typeof Trade>

export const Channel = z.enum(['quotes', 'ticker', 'candles', 'book', 'trades'])
export type Channel = z.infer<typeof Channel>
export const BookDepth = z.union(BOOK_DEPTHS.map((depth) => z.literal(depth)))
export type BookDepth = (typeof BOOK_DEPTHS)[number]

export const Symbols = z
  .array(z.union([z.literal('*'), InstrumentSymbol], '"*", or the symbol of an instrument, such as "NOVA"'))
  .min(1)
  .describe(
    'At most `welcome.limits.symbols`, or `["*"]` (the default) for all of them, which only `quotes` and `ticker` support.',
  )
export const Subscription = z.strictObject({
  channel: Channel,
  symbols: Symbols.optional(),
  interval: Interval.optional().describe('Required for `candles`, forbidden for others.'),
  depth: BookDepth.optional().describe('For `book` only; default: 25.'),
})
export type Subscription = z.infer<typeof Subscription>

const indicative = z
  .literal(true)
  .optional()
  .describe('The database is unavailable: prices continue, but orders are not accepted.')

export const Quote = z
  .tuple([z.string(), z.int(), z.int(), z.int(), z.int(), z.int()])
  .describe('`[symbol, bidTicks, bidLots, askTicks, askLots, lastTicks]`; an empty side is 0, 0.')
export type Quote = z.infer<typeof Quote>
export const QuotesFrame = z
  .object({ epoch: Epoch, time: Time, q: z.array(Quote), indicative })
  .describe('The best prices that changed, each in full; the newest wins.')
export type QuotesFrame = z.infer<typeof QuotesFrame>

export const TickerFrame = z
  .object({
    epoch: Epoch,
    symbol: z.string(),
    time: Time,
    bid: SignedDecimal,
    bidQty: SignedDecimal,
    ask: SignedDecimal,
    askQty: SignedDecimal,
    last: SignedDecimal,
    open: SignedDecimal,
    high: SignedDecimal,
    low: SignedDecimal,
    close: SignedDecimal,
    volume: SignedDecimal,
    vwap: SignedDecimal,
    changePct: SignedDecimal,
    indicative,
  })
  .describe('Statistics of the last 24 hours.')
export type TickerFrame = z.infer<typeof TickerFrame>

export const CandleFrame = z
  .object({ epoch: Epoch, symbol: z.string(), interval: Interval, candle: Candle, closed: z.boolean(), indicative })
  .describe('The candle that is forming, in full; `closed` once it is final.')
export type CandleFrame = z.infer<typeof CandleFrame>

export const Level = z
  .tuple([z.int(), z.int()])
  .describe('`[priceTicks, lots]`; in an update, 0 lots remove the level.')
export type Level = z.infer<typeof Level>
export const BookFrame = z
  .object({
    epoch: Epoch,
    type: z.enum(['snapshot', 'update']).describe('A snapshot replaces the book, and may come at any time.'),
    symbol: z.string(),
    depth: BookDepth,
    seq: Seq,
    prevSeq: Seq.describe(
      'The `seq` of the frame that an update follows. If you saw another one last, subscribe again.',
    ),
    time: Time,
    bids: z.array(Level),
    asks: z.array(Level),
    checksum: z
      .int()
      .describe(
        'Unsigned CRC-32 of the best ten bids, then the best ten asks, best first, as `priceTicks:lots` joined by commas, after this frame. If yours differs, subscribe again.',
      ),
    indicative,
  })
  .describe('The book of an instrument, or what changed in it; a quiet book sends an empty update every 5 s.')
export type BookFrame = z.infer<typeof BookFrame>

export const StreamedTrade = z
  .tuple([z.string(), Time, z.int(), z.int(), Side])
  .describe('`[id, time, priceTicks, lots, takerSide]`')
export type StreamedTrade = z.infer<typeof StreamedTrade>
export const TradesFrame = z
  .object({ epoch: Epoch, symbol: z.string(), t: z.array(StreamedTrade), indicative })
  .describe('Trades. Ids rise, by one within an epoch; the request `trades` fills a gap.')
export type TradesFrame = z.infer<typeof TradesFrame>
