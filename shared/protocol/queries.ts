import { z } from 'zod'
import { ENTRY_KINDS } from './account.ts'
import { InstrumentSymbol, Time } from './fields.ts'
import { CANDLES_MAX, PAGE_MAX, TRADES_MAX } from './limits.ts'
import { Interval } from './market-data.ts'

export const limit = (max: number) => z.int().min(1).max(max).optional()
const from = (what: string) => Time.optional().describe(`${what} from this time on.`)
const to = (what: string) => Time.optional().describe(`${what} before this time.`)

export const ListQuery = z.strictObject({
  status: z.enum(['open', 'closed', 'all']).optional().describe('Orders only; default: all.'),
  symbol: InstrumentSymbol.optional().describe('In the ledger: the entries in that instrument, not those in cash.'),
  from: from('Orders created, fills and entries'),
  to: to('Orders created, fills and entries'),
  cursor: z
    .string()
    .max(64)
    .optional()
    .describe(
      '`nextCursor` of the page before. With `symbol` or `kind` a page may be short, even empty, and still have a next one.',
    ),
  limit: limit(PAGE_MAX),
})
export type ListQuery = z.infer<typeof ListQuery>

export const LedgerQuery = ListQuery.extend({ kind: z.enum(ENTRY_KINDS).optional().describe('Default: all.') })

export const RealizedQuery = z.strictObject({
  from: from('Fills'),
  cursor: z.string().max(64).optional().describe('`nextCursor` of the answer before.'),
})
export type RealizedQuery = z.infer<typeof RealizedQuery>

export const CandlesQuery = z.strictObject({
  symbol: InstrumentSymbol,
  interval: Interval,
  from: from('Bars that start'),
  to: to('Bars that start'),
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

/** Equity is sampled every minute, and older samples are thinned out. A point is the last sample of its interval. */
export const EQUITY_INTERVALS = ['1m', '5m', '15m', '30m', '1h', '4h', '1d'] as const satisfies readonly Interval[]
export const EquityQuery = z.strictObject({
  from: from('Samples'),
  to: to('Samples'),
  interval: z
    .enum(EQUITY_INTERVALS)
    .optional()
    .describe('Default: the finest interval that covers everything since `from`; 1m without `from`.'),
})
export type EquityQuery = z.infer<typeof EquityQuery>
