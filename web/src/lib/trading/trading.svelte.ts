import { browser } from '$app/env'
import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { setKeys } from '#lib/ui/typing.ts'
import { DEFAULT, isSame, type TradingChoice, tradingCookies, tradingFrom } from './trading-choice.ts'

/** How the visitor wants to trade. */
export class Trading {
  choice = $state.raw<TradingChoice>(DEFAULT)
  readonly #changed: () => void

  constructor(choice: TradingChoice, preferences: Preferences) {
    this.choice = choice
    if (browser) setKeys(choice.hasKeys)
    this.#changed = preferences.keep({
      key: 'trading',
      value: () => this.choice,
      isChosen: () => !isSame(this.choice, DEFAULT),
      take: (value) => {
        const kept = tradingFrom(value)
        if (kept && !isSame(kept, this.choice)) this.#show(kept)
      },
    })
  }

  choose(change: Partial<TradingChoice>): void {
    this.#show({ ...this.choice, ...change })
    this.#changed()
  }

  #show(choice: TradingChoice): void {
    this.choice = choice
    setKeys(choice.hasKeys)
    for (const [name, value] of tradingCookies(choice)) writeCookie(name, value)
  }
}

export const [useTrading, provideTrading] = createContext<Trading>()
