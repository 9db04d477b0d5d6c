import { CANDLES_DEFAULT } from '@valiant/shared/protocol/limits'
import { type Candle, INTERVAL_MS } from '@valiant/shared/protocol/market-data'
import type { CandlesQuery } from '@valiant/shared/protocol/queries'
import { type Bar, barsOver, type Feed, type RecentBars, startOf, widthOf } from '../../feed/feed.ts'
import { BarDays, type BarHistory } from '../market/bar-history.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import { knownSymbol } from './instruments.ts'
import type { Handler } from './request.ts'

const MINUTE_MS = INTERVAL_MS['1m']
const FIVE_MS = INTERVAL_MS['5m']
const DAY_MS = INTERVAL_MS['1d']
/** One-second bars are stored for a day, and deleted by whole hours. */
const SECONDS_KEPT_MS = 23 * INTERVAL_MS['1h']
/** No page reaches back further, whatever its interval. */
const HISTORY_MS_MAX = 92 * DAY_MS
const RETRY_AFTER_MS = 1_000

/** Reads pages of candles: recent ones from memory, where a bar is as soon as it closes, the rest from the database. */
export type CandlePages = (query: CandlesQuery) => Promise<Candle[]>

/** Starts of bars, `toMs` exclusive. */
interface Range {
  readonly fromMs: number
  readonly toMs: number
}

/** @param bars the stored bars: each page reads at most what it shows, a day at a time */
export function candlePages({ feed, bars }: { feed: Feed; bars: BarHistory }): CandlePages {
  const days = new BarDays(bars)
  return async (query) => {
    const recent = feed.recentBars(knownSymbol(feed, query.symbol))
    if (recent === undefined || recent.timeMs === 0) throw notYet()
    const { symbol, interval } = query
    const stepMs = INTERVAL_MS[interval]
    const isLong = stepMs > MINUTE_MS
    const firstMs = (await days.firstMs(symbol, recent.timeMs)) ?? recent.recentFromMs('1m') ?? recent.timeMs
    const page = pageOf(query, { nowMs: recent.timeMs, firstMs })
    if (page.fromMs >= page.toMs) return []
    const source = { symbol, splits: feed.splitsOf(symbol), recent, bars, days }
    const parts = isLong
      ? await fiveMinutes(source, page)
      : await partsOf(source, { ...page, width: widthOf(interval) })
    return barsOver(parts.bars, { ...page, stepMs, ...parts }).map((bar) => feed.toCandle(symbol, bar))
  }
}

export const candles =
  (pages: CandlePages): Handler<'candles'> =>
  (query) =>
    pages(query)

/** The bars of a query, by their starts: at most its limit, none before the first or after the forming one. */
function pageOf(query: CandlesQuery, { nowMs, firstMs }: { nowMs: number; firstMs: number }): Range {
  const stepMs = INTERVAL_MS[query.interval]
  const lengthMs = (query.limit ?? CANDLES_DEFAULT) * stepMs
  const keptMs = widthOf(query.interval) === '1s' ? SECONDS_KEPT_MS : HISTORY_MS_MAX
  const oldestMs = startOf(Math.max(firstMs, nowMs - keptMs), stepMs)
  const endMs = Math.min(startOf(nowMs, stepMs) + stepMs, query.to === undefined ? Infinity : upTo(query.to, stepMs))
  const fromMs = Math.max(oldestMs, query.from === undefined ? endMs - lengthMs : upTo(query.from, stepMs))
  return { fromMs, toMs: Math.min(endMs, fromMs + lengthMs) }
}

interface Source {
  readonly symbol: string
  /** The number of splits so far: each restates the stored bars. */
  readonly splits: number
  readonly recent: RecentBars
  readonly bars: BarHistory
  readonly days: BarDays
}

/** The bars that a page is built from, their width, and the close before them. */
interface Parts {
  readonly bars: readonly Bar[]
  readonly widthMs: number
  readonly closeBefore: number | undefined
}

/** Bars of a stored width. Reads memory first, since it may forget some while the rest is awaited. */
async function partsOf(
  { symbol, recent, bars }: Pick<Source, 'symbol' | 'recent' | 'bars'>,
  { fromMs, toMs, width }: Range & { width: '1s' | '1m' },
): Promise<Parts> {
  const widthMs = INTERVAL_MS[width]
  const coveredMs = recent.recentFromMs(width) ?? toMs
  if (fromMs >= coveredMs) {
    return { bars: recent.recent(width, { fromMs, toMs }), widthMs, closeBefore: recent.closeBefore(width, fromMs) }
  }
  const newer = recent.recent(width, { fromMs: coveredMs, toMs })
  const [older, before] = await Promise.all([
    bars.bars(width, symbol, { fromMs, toMs: Math.min(toMs, coveredMs) }),
    bars.barBefore(width, symbol, fromMs),
  ])
  return { bars: [...older, ...newer], widthMs, closeBefore: before?.closeTicks }
}

/** Five-minute bars without gaps: days before the one in which memory begins come from `BarDays`. */
async function fiveMinutes({ symbol, splits, recent, bars, days }: Source, { fromMs, toMs }: Range): Promise<Parts> {
  const coveredMs = startOf(recent.recentFromMs('1m') ?? toMs, DAY_MS)
  const late: Range = { fromMs: Math.max(fromMs, coveredMs), toMs }
  const parts = late.fromMs < toMs ? await partsOf({ symbol, recent, bars }, { ...late, width: '1m' }) : undefined
  const newer = parts ? barsOver(parts.bars, { ...late, stepMs: FIVE_MS, ...parts }) : []
  const early: Range = { fromMs: startOf(fromMs, DAY_MS), toMs: Math.min(coveredMs, upTo(toMs, DAY_MS)) }
  const older = await days.between({ symbol, splits }, early)
  const whole = older.filter((bar) => bar.startAtMs >= fromMs && bar.startAtMs < toMs)
  return { bars: [...whole, ...newer], widthMs: FIVE_MS, closeBefore: undefined }
}

const upTo = (timeMs: number, stepMs: number): number => Math.ceil(timeMs / stepMs) * stepMs

const notYet = () =>
  new RequestFailure({
    code: 'UNAVAILABLE',
    message: 'The market has not begun yet.',
    outcome: 'not_executed',
    retryAfterMs: RETRY_AFTER_MS,
  })
