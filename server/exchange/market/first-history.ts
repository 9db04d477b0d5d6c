import type { Logger } from 'pino'
import type { ListedInstrument } from '../../instruments.ts'
import type { BarColumns, Bars } from '../../journal/bars.ts'
import type { News, NewsItem } from '../../journal/news.ts'
import type { Bars as HistoryBars } from '../../simulator/bars.ts'
import { generateHistory, type HistoryDay, WARM_UP_MS } from '../../simulator/history.ts'
import { Simulator } from '../../simulator/simulator.ts'
import { newsOfJumps } from '../news/jumps.ts'
import { toSimulated } from './simulated.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** How far behind the end of the history the loop may be and still run the full market up to now. */
export const FIRST_CATCH_UP_MS = WARM_UP_MS + 5 * MINUTE_MS

/** No leader has this epoch. */
const EPOCH = 0

/**
 * Generates the past of a new market: days of bars and of the news that moved them, written while the next day is
 * computed. The returned simulator is a minute behind; the loop runs the full books from there, so that the first books
 * look natural.
 */
export async function makeFirstHistory(parts: {
  instruments: readonly ListedInstrument[]
  bars: Bars
  news: News
  seed: number
  /** Days of history. */
  historyDays: number
  liveness: number
  nowMs: number
  log: Logger
  /** Interrupts it; the next start begins again. */
  signal: AbortSignal
}): Promise<Simulator> {
  const { bars, news, seed, historyDays, liveness, nowMs, log, signal } = parts
  const instruments = new Map(parts.instruments.map((instrument) => [instrument.wire.symbol, instrument]))
  const endMs = nowMs - (nowMs % MINUTE_MS) - WARM_UP_MS
  const simulator = Simulator.start({
    ...{ instruments: parts.instruments.map(toSimulated), seed, liveness },
    startMs: endMs - historyDays * DAY_MS,
  })
  // An interrupted history left bars that do not fit this one.
  await Promise.all([bars.clear(), news.forget(nowMs)])
  let writing: Promise<void> = Promise.resolve()
  let days = 0
  let published = 0
  for (const day of generateHistory(simulator, endMs)) {
    await writing
    signal.throwIfAborted()
    const jumps = newsOfJumps(simulator.newsSince(day.fromMs), instruments, () => 'open')
    const items = Array.from(jumps, (one): NewsItem => ({ epoch: EPOCH, number: ++published, ...one }))
    writing = write({ bars, news }, day, items)
    days += 1
    if (days % 10 === 0) log.info(`history: generated ${days} of ${historyDays} days`)
  }
  await writing
  return simulator
}

async function write(
  { bars, news }: { bars: Bars; news: News },
  { minuteBars, secondBars }: HistoryDay,
  items: readonly NewsItem[],
): Promise<void> {
  await news.write(items)
  for (const series of minuteBars) await bars.writeBars('1m', columnsOf(series))
  for (const series of secondBars) await bars.writeBars('1s', columnsOf(series))
}

function columnsOf(series: HistoryBars): BarColumns {
  return {
    symbol: Array.from({ length: series.length }, () => series.symbol),
    startAtMs: series.startMs,
    openTicks: series.openTicks,
    highTicks: series.highTicks,
    lowTicks: series.lowTicks,
    closeTicks: series.closeTicks,
    volumeLots: series.volumeLots,
    trades: series.trades,
    turnover: series.turnoverTickLots,
  }
}
