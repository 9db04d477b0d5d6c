import { CoarseFlow } from '../../server/simulator/participants/coarse-flow.ts'
import type { AssetClass, SimulatedInstrument } from '../../server/simulator/instrument.ts'
import { Rng } from '../../server/simulator/price-process/rng.ts'
import { Simulator } from '../../server/simulator/simulator.ts'
import { PlainMarket } from './plain-market.ts'

const MINUTES_PER_DAY = 1440
const MINUTE_MS = 60_000
const DEPTH_TICKS = 31

/** What one market did, by the minute; signs and times by the trade, where there were trades of their own. */
export interface Recording {
  readonly mids: Float64Array
  readonly volumeLots: Float64Array
  readonly trades: Float64Array
  readonly signs: Float64Array
  readonly timesMs: Float64Array
  /** By the minute: the mean spread in ticks, and log(1 + I) at its end. */
  readonly spreads: Float64Array
  readonly impacts: Float64Array
  /** Mean lots at so many ticks behind the best price, on both sides. */
  readonly depth: Float64Array
  /** Seconds at which the book was crossed, or a side of it empty. */
  readonly badSeconds: number
  readonly events: number
}

const CLASS_START: Readonly<Record<AssetClass, { startTicks: number; sigmaDay: number }>> = {
  equity: { startTicks: 10_000, sigmaDay: 0.018 },
  currency: { startTicks: 21_700, sigmaDay: 0.005 },
  coin: { startTicks: 4_000, sigmaDay: 0.032 },
}

/** An instrument as the class has them. */
export const instrumentOf = (assetClass: AssetClass, symbol = assetClass.toUpperCase()): SimulatedInstrument => ({
  symbol,
  assetClass,
  sector: assetClass,
  sizeMultiplier: 1,
  ...CLASS_START[assetClass],
})

interface RecordingOptions {
  readonly assetClass: AssetClass
  readonly seed: number
  readonly days: number
}

/** The market in full, on a plain book. */
export function recordBook({ assetClass, seed, days, liveness }: RecordingOptions & { liveness: number }): Recording {
  const instrument = instrumentOf(assetClass)
  const minutes = days * MINUTES_PER_DAY
  const mids = new Float64Array(minutes)
  const volumeLots = new Float64Array(minutes)
  const trades = new Float64Array(minutes)
  const signs: number[] = []
  const timesMs: number[] = []
  const market = new PlainMarket(instrument.startTicks * 6)
  market.onTrade = (timeMs, side, lots) => {
    const minute = Math.floor(timeMs / MINUTE_MS)
    volumeLots[minute]! += lots
    trades[minute]! += 1
    signs.push(side === 'buy' ? 1 : -1)
    timesMs.push(timeMs)
  }
  const simulator = Simulator.start({ instruments: [instrument], seed, startMs: 0, liveness, quantumMs: 500 })
  simulator.attach(instrument.symbol, market)
  const spreads = new Float64Array(minutes)
  const impacts = new Float64Array(minutes)
  const depth = new Float64Array(DEPTH_TICKS)
  let badSeconds = 0
  for (let second = 1; second <= minutes * 60; second++) {
    simulator.step(second * 1_000)
    if (market.bidTicks < 1 || market.askTicks <= market.bidTicks) badSeconds++
    const minute = Math.floor((second - 1) / 60)
    spreads[minute]! += (market.askTicks - market.bidTicks) / 60
    if (second % 60 !== 0) continue
    mids[minute] = 0.5 * (market.bidTicks + market.askTicks)
    impacts[minute] = Math.log(1 + simulator.flows[0]!.impact.value)
    for (let behind = 0; behind < DEPTH_TICKS; behind++) {
      const lots = market.lotsAt(market.bidTicks - behind) + market.lotsAt(market.askTicks + behind)
      depth[behind]! += lots / (2 * minutes)
    }
  }
  const byTrade = { signs: Float64Array.from(signs), timesMs: Float64Array.from(timesMs) }
  return { mids, volumeLots, trades, ...byTrade, spreads, impacts, depth, badSeconds, events: simulator.events }
}

/** The market as the history makes it, by steps of a minute. */
export function recordCoarse({ assetClass, seed, days }: RecordingOptions): Recording {
  const simulator = Simulator.start({ instruments: [instrumentOf(assetClass)], seed, startMs: 0 })
  const coarse = new CoarseFlow(simulator.flows[0]!)
  const minutes = days * MINUTES_PER_DAY
  const mids = new Float64Array(minutes)
  const volumeLots = new Float64Array(minutes)
  const trades = new Float64Array(minutes)
  for (let minute = 0; minute < minutes; minute++) {
    simulator.stepWithoutBooks(MINUTE_MS)
    coarse.step(MINUTE_MS / 1_000)
    mids[minute] = Math.round(2 * coarse.flow.referenceTicks) / 2
    volumeLots[minute] = coarse.lots
    trades[minute] = coarse.trades
  }
  const none = new Float64Array(0)
  const noBook = { signs: none, timesMs: none, spreads: none, impacts: none, depth: none, badSeconds: 0, events: 0 }
  return { mids, volumeLots, trades, ...noBook }
}

/** Geometric Brownian motion: the baseline that looks like a market and is none. */
export function recordBrownian({ assetClass, seed, days }: RecordingOptions): Float64Array {
  const { startTicks, sigmaDay } = instrumentOf(assetClass)
  const rng = Rng.of(seed, 'brownian')
  let logReturn = 0
  return Float64Array.from({ length: days * MINUTES_PER_DAY }, () => {
    logReturn += (sigmaDay / Math.sqrt(MINUTES_PER_DAY)) * rng.normal()
    return startTicks * Math.exp(logReturn)
  })
}
