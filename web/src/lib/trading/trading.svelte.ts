import { browser } from '$app/env'
import type { Client } from '@valiant/shared/client/client'
import { createContext } from 'svelte'
import { SyncedChoice } from '#lib/preferences/synced-choice.svelte.ts'
import type { Preferences } from '#lib/preferences/preferences.ts'
import { setKeys } from '#lib/ui/keyboard-context.ts'
import { DEFAULT, type TradingChoice, tradingCookies, tradingFrom } from './trading-choice.ts'

const TABS = 'valiant-trading'

/** How the visitor wants to trade. */
export class Trading extends SyncedChoice<TradingChoice> {
  #client: Client | undefined
  #tabs: BroadcastChannel | undefined

  constructor(painted: TradingChoice, preferences: Preferences) {
    super({ key: 'trading', painted, usual: DEFAULT, preferences, read: tradingFrom, cookies: tradingCookies })
    if (browser) setKeys(painted.hasKeys)
  }

  override choose(change: Partial<TradingChoice>): void {
    super.choose(change)
    this.#tabs?.postMessage(this.choice)
  }

  /**
   * Tells the exchange what to do when this connection is lost. Other tabs do the same at once, hidden or not: the orders of
   * who has just switched it off must not go with a tab that has not been looked at since. @returns ends it
   */
  follow(client: Client): () => void {
    this.#client = client
    void client.cancelOnDisconnect(this.choice.cancelOnDisconnectMs)
    const tabs = (this.#tabs = new BroadcastChannel(TABS))
    tabs.onmessage = ({ data }) => {
      const choice = tradingFrom(data)
      if (choice) this.show(choice)
    }
    return () => tabs.close()
  }

  protected override show(choice: TradingChoice): void {
    super.show(choice)
    setKeys(choice.hasKeys)
    void this.#client?.cancelOnDisconnect(choice.cancelOnDisconnectMs)
  }
}

export const [useTrading, provideTrading] = createContext<Trading>()
