import type { CandleFrame, Channel, StreamedTrade, TradesFrame } from '../protocol/market-data.ts'

/** A frame of any channel. */
export interface StreamFrame {
  readonly epoch: number
  readonly symbol?: string
  readonly interval?: string
  readonly time?: number
}

/** The position of a frame in its stream: epoch first, then whatever increases within an epoch. */
export type Moment = readonly [epoch: number, time: number, count: number]

export const BEGINNING: Moment = [0, 0, 0]

export const isBefore = (a: Moment, b: Moment): boolean => (a[0] - b[0] || a[1] - b[1] || a[2] - b[2]) < 0

/** Candles: start and number of trades; trades: the last id; everything else: market time. */
export function momentOf(channel: Channel, frame: StreamFrame): Moment {
  if (channel === 'candles') {
    const [time, , , , , , trades] = (frame as CandleFrame).candle
    return [frame.epoch, time, trades]
  }
  // Trade ids keep increasing across epochs.
  if (channel === 'trades') return [0, lastIdOf(frame as TradesFrame), 0]
  return [frame.epoch, frame.time ?? 0, 0]
}

/** The trades of a frame that are newer than the known ones. */
export const tradesAfter = (trades: readonly StreamedTrade[], [, lastId]: Moment): StreamedTrade[] =>
  trades.filter(([id]) => Number(id) > lastId)

const lastIdOf = ({ t }: TradesFrame): number => Number(t.at(-1)?.[0] ?? 0)
