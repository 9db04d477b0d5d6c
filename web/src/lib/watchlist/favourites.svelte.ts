import { createContext } from 'svelte'

export const FAVOURITES_COOKIE = 'valiant_favourites'
const YEAR_S = 31_536_000

/** Symbols in the cookie: joined by dots, which no symbol has. */
export const favouritesOf = (cookie: string | undefined): readonly string[] =>
  (cookie ?? '').split('.').filter((symbol) => symbol !== '')

/** The starred instruments. Kept in a cookie, so that the server's page has the same stars. */
export class Favourites {
  symbols = $state.raw<readonly string[]>([])

  constructor(symbols: readonly string[]) {
    this.symbols = symbols
  }

  has(symbol: string): boolean {
    return this.symbols.includes(symbol)
  }

  toggle(symbol: string): void {
    this.symbols = this.has(symbol) ? this.symbols.filter((other) => other !== symbol) : [...this.symbols, symbol]
    document.cookie = `${FAVOURITES_COOKIE}=${this.symbols.join('.')}; path=/; max-age=${YEAR_S}; samesite=lax`
  }
}

export const [useFavourites, provideFavourites] = createContext<Favourites>()
