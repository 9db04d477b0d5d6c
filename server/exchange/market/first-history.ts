import type { Logger } from 'pino'
import { isLostDatabase } from '../../database/lost-database.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { BarColumns, Bars } from '../../journal/bars.ts'
import type { News, NewsItem } from '../../journal/news.ts'
import type { Bars as HistoryBars } from '../../simulator/bars.ts'
import { generateHistory, type HistoryDay, WARM_UP_MS } from '../../simulator/history.ts'
import { Simulator } from '../../simulator/simulator.ts'
import type { Clock } from '../clock.ts'
import { newsOfJumps } from '../news/jumps.ts'
import { toSimulated } from './simulated.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** How far behind the end of the history the loop may be and still run the full market up to now. */
export const FIRST_CATCH_UP_MS = WARM_UP_MS + 5 * MINUTE_MS

/** The pause before a day that the database did not accept is written again. */
const RETRY_MS = 500

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
  clock: Clock
  log: Logger
  /** Interrupts it; the next start begins again. */
  signal: AbortSignal
}): Promise<Simulator> {
  const { bars, news, seed, historyDays, liveness, clock, log, signal } = parts
  const nowMs = clock.now()
  const instruments = new Map(parts.instruments.map((instrument) => [instrument.wire.symbol, instrument]))
  const endMs = nowMs - (nowMs % MINUTE_MS) - WARM_UP_MS
  const simulator = Simulator.start({
    ...{ instruments: parts.instruments.map(toSimulated), seed, liveness },
    startMs: endMs - historyDays * DAY_MS,
  })
  signal.throwIfAborted()
  // An interrupted history left bars that do not fit this one.
  const untilWritten = (work: () => Promise<unknown>) => untilAccepted(work, { clock, log, signal })
  await untilWritten(() => Promise.all([bars.clear(), news.forget(nowMs)]))
  let writing: Promise<void> = Promise.resolve()
  let days = 0
  let published = 0
  for (const day of generateHistory(simulator, endMs)) {
    await writing
    signal.throwIfAborted()
    const jumps = newsOfJumps(simulator.newsSince(day.fromMs), instruments, () => 'open')
    const items = Array.from(jumps, (one): NewsItem => ({ epoch: EPOCH, number: ++published, ...one }))
    writing = untilWritten(() => write({ bars, news }, day, items))
    writing.catch(() => undefined) // thrown where it is awaited
    days += 1
    if (days % 10 === 0) log.info(`history: generated ${days} of ${historyDays} days`)
  }
  await writing
  return simulator
}

/** Repeats what a slow or lost database has not accepted: a history that began anew would be no quicker. */
async function untilAccepted(
  work: () => Promise<unknown>,
  { clock, log, signal }: { clock: Clock; log: Logger; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (signal.aborted || !isLostDatabase(error)) throw error
      log.warn({ err: error }, 'history: a part could not be written; trying again')
    }
    await new Promise((resolve) => clock.after(RETRY_MS, () => resolve(undefined)))
    signal.throwIfAborted()
  }
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
