import { SPARKLINE_POINTS } from '@valiant/shared/protocol/limits'
import { ACCOUNT_COOKIE } from '@valiant/shared/protocol/page'
import { appearanceOf } from '#lib/session/appearance.ts'
import { pageSource } from '#lib/session/page-source.ts'
import { FAVOURITES_COOKIE, favouritesOf } from '#lib/watchlist/favourites.svelte.ts'
import type { LayoutServerLoad } from './$types'

/** The cookie of a session, whatever its prefix; only its being there is looked at. */
const SESSION = /\.session_token$/

/** What every page begins with: the market as it stands, and who looks at it. */
export const load: LayoutServerLoad = async (event) => {
  const source = pageSource(event)
  const [visitor, account, fills] = await Promise.all([source.visitor(), source.account(), source.fills(50)])
  const { timeMs, market } = source.now()
  return {
    timeMs,
    market,
    instruments: source.instruments(),
    tickers: source.tickers(),
    closes: source.sparklines(SPARKLINE_POINTS),
    visitor,
    // Sessions lie in the database: while that is away, who has one is no stranger.
    isVisitorAway:
      visitor === undefined && market === 'degraded' && event.cookies.getAll().some(({ name }) => SESSION.test(name)),
    account,
    // Only while it is one of the visitor's: another is shown then.
    chosenAccount: event.cookies.get(ACCOUNT_COOKIE) === account?.account.id ? account?.account.id : undefined,
    fills,
    appearance: appearanceOf((name) => event.cookies.get(name)),
    favourites: favouritesOf(event.cookies.get(FAVOURITES_COOKIE)),
  }
}
