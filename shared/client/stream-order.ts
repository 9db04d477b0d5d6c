import type { CandleFrame, Channel, StreamedTrade, TradesFrame } from '../protocol/market-data.ts'

/** A frame of any channel. */
export interface StreamFrame {
  readonly epoch: number
  readonly symbol?: string
  readonly interval?: string
  readonly time?: number
}

/** Where a frame stands in its stream, by epoch first, then by what rises within one. */
export type Moment = readonly [epoch: number, time: number, count: number]

export const BEGINNING: Moment = [0, 0, 0]

export const isBefore = (a: Moment, b: Moment): boolean => (a[0] - b[0] || a[1] - b[1] || a[2] - b[2]) < 0

/** Of a candle: its start and how many trades it holds; of trades: the last id; of all else the time of the market. */
export function momentOf(channel: Channel, frame: StreamFrame): Moment {
  if (channel === 'candles') {
    const [time, , , , , , trades] = (frame as CandleFrame).candle
    return [frame.epoch, time, trades]
  }
  // Ids rise over epochs too.
  if (channel === 'trades') return [0, lastIdOf(frame as TradesFrame), 0]
  return [frame.epoch, frame.time ?? 0, 0]
}

/** The trades of a frame behind those that are known. */
export const tradesAfter = (trades: readonly StreamedTrade[], [, lastId]: Moment): StreamedTrade[] =>
  trades.filter(([id]) => Number(id) > lastId)

const lastIdOf = ({ t }: TradesFrame): number => Number(t.at(-1)?.[0] ?? 0)
