import type { Candle, Instrument, StreamedTrade, Trade as WireTrade } from '@valiant/shared/protocol/market-data'
import { formatSteps, type Step } from '@valiant/shared/units/decimal'
import type { Trade } from '../engine/event.ts'
import type { Bar } from './bar.ts'

/** The parts of an instrument that the feed needs: its wire format, and the size of a tick and of a lot. */
export interface FeedInstrument {
  readonly wire: Instrument
  readonly tick: Step
  readonly lot: Step
}

export function toCandle(bar: Bar, { tick, lot }: FeedInstrument): Candle {
  return [
    bar.startAtMs,
    formatSteps(bar.openTicks, tick),
    formatSteps(bar.highTicks, tick),
    formatSteps(bar.lowTicks, tick),
    formatSteps(bar.closeTicks, tick),
    formatSteps(bar.volumeLots, lot),
    bar.trades,
  ]
}

export const toTrade = (trade: Trade, { tick, lot }: FeedInstrument): WireTrade => [
  String(trade.id),
  trade.timeMs,
  formatSteps(trade.ticks, tick),
  formatSteps(trade.lots, lot),
  trade.takerSide,
]

export const toStreamedTrade = (trade: Trade): StreamedTrade => [
  String(trade.id),
  trade.timeMs,
  trade.ticks,
  trade.lots,
  trade.takerSide,
]
