import { browser } from '$app/env'
import type { Client } from '@valiant/shared/client/client'
import { createContext } from 'svelte'
import { writeCookie } from '#lib/preferences/cookie.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { setKeys } from '#lib/ui/typing.ts'
import { DEFAULT, isSame, type TradingChoice, tradingCookies, tradingFrom } from './trading-choice.ts'

const TABS = 'valiant-trading'

/** How the visitor wants to trade. */
export class Trading {
  choice = $state.raw<TradingChoice>(DEFAULT)
  readonly #changed: () => void
  #client: Client | undefined
  #tabs: BroadcastChannel | undefined

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
    this.#tabs?.postMessage(this.choice)
  }

  /**
   * Tells the exchange what to do when this connection is lost. Other tabs do the same at once, hidden or not: the orders of
   * who has just switched it off must not go with a tab that has not been looked at since. @returns ends it
   */
  follow(client: Client): () => void {
    this.#client = client
    client.cancelOnDisconnect(this.choice.cancelOnDisconnectMs)
    const tabs = (this.#tabs = new BroadcastChannel(TABS))
    tabs.onmessage = ({ data }) => {
      const choice = tradingFrom(data)
      if (choice) this.#show(choice)
    }
    return () => tabs.close()
  }

  #show(choice: TradingChoice): void {
    this.choice = choice
    setKeys(choice.hasKeys)
    this.#client?.cancelOnDisconnect(choice.cancelOnDisconnectMs)
    for (const [name, value] of tradingCookies(choice)) writeCookie(name, value)
  }
}

export const [useTrading, provideTrading] = createContext<Trading>()
