import type { Level, TickerFrame } from '@valiant/shared/protocol/market-data'
import { divideHalfUp, formatScaled, formatSteps } from '@valiant/shared/units/decimal'
import { averagePrice } from './account/wire-instrument.ts'
import type { DayFigures } from './day.ts'
import type { FeedInstrument } from './wire.ts'

const PERCENT_DECIMALS = 2

interface TickerParts {
  readonly bid: Level
  readonly ask: Level
  /** 0 before the first trade. */
  readonly lastTicks: number
  readonly day: DayFigures | undefined
}

/** The figures of the last 24 hours as decimal strings; all prices are the last price if nothing has traded in that time. */
export function tickerFigures(
  { bid, ask, lastTicks, day }: TickerParts,
  { tick, lot }: FeedInstrument,
): Omit<TickerFrame, 'epoch' | 'symbol' | 'time' | 'indicative'> {
  const { openTicks, highTicks, lowTicks, volumeLots } = day?.bar ?? {
    openTicks: lastTicks,
    highTicks: lastTicks,
    lowTicks: lastTicks,
    volumeLots: 0,
  }
  const price = (ticks: number) => formatSteps(ticks, tick)
  const [turnover, lots] = day && volumeLots > 0 ? [day.turnover, volumeLots] : [BigInt(lastTicks), 1]
  return {
    bid: price(bid[0]),
    bidQty: formatSteps(bid[1], lot),
    ask: price(ask[0]),
    askQty: formatSteps(ask[1], lot),
    last: price(lastTicks),
    open: price(openTicks),
    high: price(highTicks),
    low: price(lowTicks),
    close: price(lastTicks),
    volume: formatSteps(volumeLots, lot),
    vwap: averagePrice(turnover, BigInt(lots), tick),
    changePct: changePct(openTicks, lastTicks),
  }
}

/** In percent, rounded half away from zero; "0.00" without an opening price. */
function changePct(openTicks: number, lastTicks: number): string {
  if (openTicks === 0) return formatScaled(0, PERCENT_DECIMALS)
  const change = BigInt(lastTicks - openTicks) * 100n * 10n ** BigInt(PERCENT_DECIMALS)
  const size = divideHalfUp(change < 0n ? -change : change, BigInt(openTicks))
  return formatScaled(change < 0n ? -size : size, PERCENT_DECIMALS)
}
