const RECENT_KEY = 'valiant.recent'
/** One more than is shown: that which is looked at now is none to switch to. */
const RECENT_MAX = 6
const SYMBOL = /^[A-Z0-9-]{1,25}$/

/** What this browser keeps, whoever wrote it; symbols joined by dots, which no symbol has. */
export const parseRecent = (kept: string | null): readonly string[] =>
  [...new Set((kept ?? '').split('.').filter((symbol) => SYMBOL.test(symbol)))].slice(0, RECENT_MAX)

/** With this one newest. */
export const withRecent = (recent: readonly string[], symbol: string): readonly string[] =>
  [symbol, ...recent.filter((other) => other !== symbol)].slice(0, RECENT_MAX)

/** The instruments that were looked at in this browser, newest first. In the browser only. */
export function recentSymbols(): readonly string[] {
  try {
    return parseRecent(localStorage.getItem(RECENT_KEY))
  } catch {
    return [] // A browser may be told to keep nothing.
  }
}

/** This one is looked at now. In the browser only. */
export function keepRecent(symbol: string): void {
  try {
    localStorage.setItem(RECENT_KEY, withRecent(recentSymbols(), symbol).join('.'))
  } catch {
    // Likewise; the list is the shorter for it.
  }
}
