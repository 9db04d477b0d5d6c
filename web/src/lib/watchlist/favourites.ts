export const FAVOURITES_COOKIE = 'valiant_favourites'
const FAVOURITES_MAX = 200
const SYMBOL = /^[A-Z0-9-]{1,25}$/

/** Symbols in the cookie: joined by dots, which no symbol contains. */
export const favouritesOf = (cookie: string | undefined): readonly string[] =>
  (cookie ?? '').split('.').filter((symbol) => symbol !== '')

/** Parses the user's stored favourites; undefined for anything but a list of symbols. */
export function favouritesFrom(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const symbols = value.filter((one): one is string => typeof one === 'string' && SYMBOL.test(one))
  return [...new Set(symbols)].slice(0, FAVOURITES_MAX)
}

export const favouritesCookies = (symbols: readonly string[]): [string, string][] => [
  [FAVOURITES_COOKIE, symbols.join('.')],
]
