import type { Candle } from '@valiant/shared/protocol/market-data'
import type { UTCTimestamp } from 'lightweight-charts'

/** When a bar begins, in seconds, as the chart library counts. */
export const timeOf = ([timeMs]: Candle): UTCTimestamp => secondOf(timeMs)

export const secondOf = (timeMs: number): UTCTimestamp => (timeMs / 1_000) as UTCTimestamp
