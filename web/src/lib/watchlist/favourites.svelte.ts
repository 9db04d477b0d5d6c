import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { favouritesCookies, favouritesFrom } from './favourites.ts'

/** The starred instruments. Stored with the user, and in a cookie, so that the server renders the same stars. */
export class Favourites {
  symbols = $state.raw<readonly string[]>([])
  readonly #changed: () => void

  constructor(symbols: readonly string[], preferences: Preferences) {
    this.symbols = symbols
    this.#changed = preferences.keep({
      key: 'favourites',
      value: () => this.symbols,
      isChosen: () => this.symbols.length > 0,
      take: (value) => {
        const kept = favouritesFrom(value)
        if (kept && kept.join() !== this.symbols.join()) this.#show(kept)
      },
    })
  }

  has(symbol: string): boolean {
    return this.symbols.includes(symbol)
  }

  toggle(symbol: string): void {
    this.#show(this.has(symbol) ? this.symbols.filter((other) => other !== symbol) : [...this.symbols, symbol])
    this.#changed()
  }

  #show(symbols: readonly string[]): void {
    this.symbols = symbols
    for (const [name, value] of favouritesCookies(symbols)) writeCookie(name, value)
  }
}

export const [useFavourites, provideFavourites] = createContext<Favourites>()
