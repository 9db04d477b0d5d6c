import { BOOK_DEPTH_DEFAULT, CANDLES_DEFAULT, TRADES_DEFAULT } from '@valiant/shared/protocol/limits'
import { error, redirect } from '@sveltejs/kit'
import { pageSource } from '#lib/session/page-source.ts'
import type { PageServerLoad } from './$types'

/** The workspace as it stands now, so that the first paint is whole. */
export const load: PageServerLoad = async (event) => {
  const source = pageSource(event)
  const { symbol } = event.params
  const instrument = source.instruments().find((one) => one.symbol === symbol)
  // Typed by hand: nova is NOVA.
  const meant = source.instruments().find((one) => one.symbol === symbol.toUpperCase())
  if (!instrument && meant) redirect(307, `/trade/${meant.symbol}${event.url.search}`)
  if (!instrument) error(404, `No instrument called ‘${symbol}’.`)
  const [candles, trades] = await Promise.all([
    source.candles({ symbol, interval: '1m', limit: CANDLES_DEFAULT }),
    source.trades({ symbol, limit: TRADES_DEFAULT }),
  ])
  return { instrument, book: source.book(symbol, BOOK_DEPTH_DEFAULT), candles, trades }
}
