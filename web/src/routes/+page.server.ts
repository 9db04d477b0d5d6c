import { mostTradedOf } from '#lib/market/most-traded.ts'
import { pageSource } from '#lib/session/page-source.ts'
import type { PageServerLoad } from './$types'

/** Five minutes a bar, a day. */
const BARS = 288

/** The line of the start card: the most traded share's day. */
export const load: PageServerLoad = async (event) => {
  const source = pageSource(event)
  const symbol = mostTradedOf(source.instruments(), source.tickers())
  if (symbol === undefined || (await event.parent()).visitor) return { start: undefined }
  const candles = await source.candles({ symbol, interval: '5m', limit: BARS })
  return { start: { symbol, closes: candles.map(([, , , , close]) => Number(close)) } }
}
