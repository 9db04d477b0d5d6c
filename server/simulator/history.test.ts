import { describe, expect, test } from 'vitest'
import { PlainMarket } from '../../test/realism/plain-market.ts'
import type { Bars } from './bars.ts'
import { generateHistory, type HistoryDay, WARM_UP_MS } from './history.ts'
import { SHARE } from './instrument.fixture.ts'
import type { SimulatedInstrument } from './instrument.ts'
import { Simulator } from './simulator.ts'

const DAY_MS = 86_400_000
const END_MS = Date.UTC(2026, 2, 3, 14, 37)
const DAYS = 4

const INSTRUMENTS: readonly SimulatedInstrument[] = [
  SHARE,
  { symbol: 'EUR-USD', assetClass: 'currency', sector: 'FX', startTicks: 21_684, sigmaDay: 0.005, sizeMultiplier: 0.1 },
]

function made(seed = 7): { simulator: Simulator; days: HistoryDay[] } {
  const simulator = Simulator.start({ instruments: INSTRUMENTS, seed, startMs: END_MS - DAYS * DAY_MS })
  return { simulator, days: [...generateHistory(simulator, END_MS)] }
}

/** One bar as a record of numbers. */
function bar(bars: Bars, at: number) {
  return {
    startMs: bars.startMs[at]!,
    open: bars.openTicks[at]!,
    high: bars.highTicks[at]!,
    low: bars.lowTicks[at]!,
    close: bars.closeTicks[at]!,
    volume: bars.volumeLots[at]!,
    trades: bars.trades[at]!,
    turnover: bars.turnoverTickLots[at]!,
  }
}

const everyBar = (columns: readonly Bars[]) =>
  columns.flatMap((bars) => Array.from({ length: bars.length }, (_, at) => bar(bars, at)))

describe('the history before the first start', () => {
  const { simulator, days } = made()

  test('has whole days of every symbol, ends at the given time, and has bars of one second for the last hour', () => {
    expect(days.map(({ fromMs, toMs }) => toMs - fromMs)).toEqual(Array(DAYS).fill(DAY_MS))
    expect(days.at(-1)!.toMs).toBe(END_MS)
    expect(simulator.nowMs).toBe(END_MS)
    for (const { minuteBars } of days) expect(minuteBars.map(({ symbol }) => symbol)).toEqual(['NOVA', 'EUR-USD'])
    expect(days.slice(0, -1).every(({ secondBars }) => secondBars.length === 0)).toBe(true)
    for (const bars of days.at(-1)!.secondBars) {
      expect(bars.startMs[0]).toBeGreaterThanOrEqual(END_MS - 3_600_000)
      expect(bars.length).toBeGreaterThan(900)
    }
    const minutes = days.reduce((sum, { minuteBars }) => sum + minuteBars[0]!.length, 0)
    expect(minutes).toBeGreaterThan(0.99 * DAYS * 1440)
  })

  test('has consistent bars: low ≤ open, close ≤ high, integers, a turnover between low and high', () => {
    for (const one of everyBar(days.flatMap(({ minuteBars, secondBars }) => [...minuteBars, ...secondBars]))) {
      expect(Object.values(one).every(Number.isSafeInteger)).toBe(true)
      expect(one.low).toBeGreaterThan(0)
      expect(Math.min(one.open, one.close)).toBeGreaterThanOrEqual(one.low)
      expect(Math.max(one.open, one.close)).toBeLessThanOrEqual(one.high)
      expect(one.trades).toBeGreaterThan(0)
      expect(one.volume).toBeGreaterThanOrEqual(one.trades)
      expect(one.turnover).toBeGreaterThanOrEqual(one.low * one.volume)
      expect(one.turnover).toBeLessThanOrEqual(one.high * one.volume)
    }
  })

  test('is continuous: a bar opens near the last close, except for the bid-ask bounce and rare jumps', () => {
    for (const index of [0, 1]) {
      const bars = everyBar(days.map(({ minuteBars }) => minuteBars[index]!))
      const gaps = bars.slice(1).map((one, at) => Math.abs(one.open - bars[at]!.close))
      expect(bars.every(({ startMs }, at) => at === 0 || startMs > bars[at - 1]!.startMs)).toBe(true)
      expect(gaps.filter((gap) => gap > 20).length).toBeLessThan(0.005 * gaps.length)
    }
  })

  test('starts at the start price, and bars of seconds agree with bars of minutes', () => {
    const { minuteBars, secondBars } = days.at(-1)!
    expect(Math.abs(days[0]!.minuteBars[0]!.openTicks[0]! / INSTRUMENTS[0]!.startTicks - 1)).toBeLessThan(0.005)
    const lastMinute = bar(minuteBars[0]!, minuteBars[0]!.length - 1)
    const seconds = everyBar([secondBars[0]!]).filter(({ startMs }) => startMs >= lastMinute.startMs)
    expect(seconds.reduce((sum, { volume }) => sum + volume, 0)).toBe(lastMinute.volume)
    expect(seconds.at(-1)!.close).toBe(lastMinute.close)
    expect(Math.max(...seconds.map(({ high }) => high))).toBe(lastMinute.high)
  })

  test('is the same for the same seed', () => {
    const again = made()
    expect(again.days).toEqual(days)
    expect(again.simulator.save()).toEqual(simulator.save())
    expect(made(8).days).not.toEqual(days)
  })

  test('ends in the state in which the live market starts', () => {
    const { simulator: live, days: past } = made()
    const markets = INSTRUMENTS.map(({ symbol, startTicks }) => {
      const market = new PlainMarket(startTicks * 6)
      live.attach(symbol, market)
      return market
    })
    const before = markets.map((market) => market.bidTicks)
    live.step(END_MS + WARM_UP_MS)
    past.at(-1)!.minuteBars.forEach((bars, index) => {
      expect(Math.abs(before[index]! - bars.closeTicks[bars.length - 1]!)).toBeLessThan(20)
    })
    expect(live.nowMs).toBe(END_MS + WARM_UP_MS)
  })

  test('refuses times that are not whole minutes', () => {
    const odd = Simulator.start({ instruments: INSTRUMENTS, seed: 1, startMs: END_MS - DAY_MS + 500 })
    expect(() => generateHistory(odd, END_MS).next()).toThrow('expected whole minutes')
  })
})
