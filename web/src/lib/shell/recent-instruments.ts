import { storeLocal, readLocal } from '#lib/preferences/local-storage.ts'

const RECENT_NAME = 'valiant.recent'
/** One more than is shown: the current instrument is not offered. */
const RECENT_MAX = 6
const SYMBOL = /^[A-Z0-9-]{1,25}$/

/** Parses what this browser has stored, whatever wrote it. */
export function recentFrom(kept: unknown): readonly string[] {
  if (!Array.isArray(kept)) return []
  const symbols = kept.filter((one): one is string => typeof one === 'string' && SYMBOL.test(one))
  return [...new Set(symbols)].slice(0, RECENT_MAX)
}

/** The list with a symbol moved to the front. */
export const withRecent = (recent: readonly string[], symbol: string): readonly string[] =>
  [symbol, ...recent.filter((other) => other !== symbol)].slice(0, RECENT_MAX)

/** The instruments viewed in this browser, newest first. In the browser only. */
export const recentSymbols = (): readonly string[] => recentFrom(readLocal(RECENT_NAME))

/** Records the instrument being viewed. In the browser only. */
export const keepRecent = (symbol: string): void => storeLocal(RECENT_NAME, withRecent(recentSymbols(), symbol))
