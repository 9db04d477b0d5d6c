import { SPARKLINE_POINTS } from '@valiant/shared/protocol/limits'
import { ACCOUNT_COOKIE } from '@valiant/shared/protocol/page'
import { initialPreferencesOf, cookiesOf } from '#lib/preferences/initial-preferences.ts'
import { COOKIE_OPTIONS } from '#lib/preferences/cookie.ts'
import { SYNCED_KEYS, UNSAVED_COOKIE, unsavedOf } from '#lib/preferences/synced.ts'
import { pageSource } from '#lib/session/page-source.ts'
import type { LayoutServerLoad } from './$types'

/** A session cookie, whatever its prefix; only its presence matters. */
const SESSION = /\.session_token$/

/** Macs, and iPads with a keyboard. */
const MAC = /\bMac OS X\b/

/** What every page starts with: the current market and the visitor. */
export const load: LayoutServerLoad = async (event) => {
  const source = pageSource(event)
  const [visitor, account, fills, kept] = await Promise.all([
    source.visitor(),
    source.account(),
    source.fills(50),
    source.preferences(SYNCED_KEYS),
  ])
  const beginning = initialPreferencesOf(kept, (name) => event.cookies.get(name))
  event.locals.appearance = beginning.appearance
  event.locals.display = beginning.display
  event.locals.notation = beginning.notation
  // The next page renders alike, even if the database is unavailable by then.
  for (const [name, value] of kept === undefined ? [] : cookiesOf(beginning)) {
    if (event.cookies.get(name) !== value) event.cookies.set(name, value, COOKIE_OPTIONS)
  }
  const { timeMs, market } = source.now()
  return {
    timeMs,
    market,
    instruments: source.instruments(),
    tickers: source.tickers(),
    closes: source.sparklines(SPARKLINE_POINTS),
    visitor,
    startingCash: source.startingCash(),
    // Sessions are in the database: while it is unavailable, a visitor with a session cookie is not treated as new.
    isVisitorAway:
      visitor === undefined && market === 'degraded' && event.cookies.getAll().some(({ name }) => SESSION.test(name)),
    account,
    // Only if it is one of the visitor's; otherwise another is shown.
    chosenAccount: event.cookies.get(ACCOUNT_COOKIE) === account?.account.id ? account?.account.id : undefined,
    fills,
    kept,
    unsaved: unsavedOf(event.cookies.get(UNSAVED_COOKIE)),
    beginning,
    hasCommandKey: MAC.test(event.request.headers.get('user-agent') ?? ''),
  }
}
