import { mostTradedOf } from '#lib/market/most-traded.ts'
import { pageSource } from '#lib/session/page-source.ts'
import type { PageServerLoad } from './$types'

/** A day of five-minute bars. */
const BARS = 288

/** The start card's sparkline: the day of the most traded stock. */
export const load: PageServerLoad = async (event) => {
  const source = pageSource(event)
  const tickers = source.tickers()
  const symbol = mostTradedOf(source.instruments(), tickers)
  if (symbol === undefined || (await event.parent()).visitor) return { start: undefined }
  // Without a ticker the market is still starting and has no candles.
  const candles = tickers.length === 0 ? [] : await source.candles({ symbol, interval: '5m', limit: BARS })
  return { start: { symbol, closes: candles.map(([, , , , close]) => Number(close)) } }
}
