import { goto } from '$app/navigation'
import type { Client } from '@valiant/shared/client/client'
import { RequestRefused } from '@valiant/shared/client/errors'
import type { Alert, AlertFrame, CreateAlert } from '@valiant/shared/protocol/alerts'
import { createContext } from 'svelte'
import type { Market } from '#lib/market/market.svelte.ts'
import type { AccountState } from '#lib/session/account.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import { ring } from '#lib/sounds/ring.ts'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'
import { showNotice } from './alert-notices.ts'
import { firedSentence } from './alert-text.ts'

interface Parts {
  readonly session: Session
  readonly account: AccountState
  readonly market: Market
  readonly toasts: Toasts
}

/** The account's price alerts. They load where the list or its number is shown; fired ones are announced everywhere. */
export class Alerts {
  /** Newest first. */
  items = $state.raw<readonly Alert[]>([])
  state = $state.raw<'new' | 'loading' | 'ready' | 'failed'>('new')
  /** How many wait for their price. */
  readonly waiting = $derived(this.items.filter(({ firedAt }) => firedAt === undefined).length)
  isBusy = $state.raw(false)
  /** Why the last one could not be created, and for which instrument. */
  refusal = $state.raw<{ readonly symbol: string; readonly text: string } | undefined>()

  readonly #parts: Parts
  /** The account that `items` belong to. */
  #accountId: string | undefined
  #isWatched = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The list or its number is on screen. */
  open(): void {
    this.#isWatched = true
    if (this.state === 'new' || this.state === 'failed') void this.load()
  }

  async load(): Promise<void> {
    const accountId = this.#parts.account.account?.id
    if (accountId !== this.#accountId) this.items = []
    this.#accountId = accountId
    if (accountId === undefined) {
      this.state = 'new'
      return
    }
    this.state = this.items.length === 0 ? 'loading' : 'ready'
    try {
      const items = await this.#parts.session.client.ask('alert.list', {})
      if (accountId !== this.#accountId) return
      this.items = items
      this.state = 'ready'
    } catch {
      if (accountId === this.#accountId && this.state === 'loading') this.state = 'failed'
    }
  }

  /** @returns whether it was created */
  async create(alert: Omit<CreateAlert, 'requestId'>): Promise<boolean> {
    if (this.isBusy) return false
    this.isBusy = true
    this.refusal = undefined
    try {
      const made = await this.#parts.session.client.ask('alert.create', alert)
      // It may have fired before this answer arrived.
      if (!this.items.some(({ alertId }) => alertId === made.alertId)) this.items = [made, ...this.items]
      return true
    } catch (error) {
      this.refusal = { symbol: alert.symbol, text: textOf(error) }
      return false
    } finally {
      this.isBusy = false
    }
  }

  async delete({ alertId }: Alert): Promise<void> {
    try {
      await this.#parts.session.client.ask('alert.delete', { alertId })
      this.items = this.items.filter((one) => one.alertId !== alertId)
    } catch (error) {
      this.#parts.toasts.show(textOf(error), 'alert')
      void this.load()
    }
  }

  /** @returns stops following */
  follow(client: Client): () => void {
    let wasLive = false
    const stops = [
      client.on('alert', (alert) => this.#fired(alert)),
      client.on('connection', ({ phase }) => {
        const isLive = phase === 'live'
        const isOther = this.#parts.account.account?.id !== this.#accountId
        // Alerts that fired while the connection was lost are sent again; those created elsewhere are not.
        if (this.#isWatched && isLive && (!wasLive || isOther)) void this.load()
        wasLive = isLive
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  #fired(alert: AlertFrame): void {
    const isListed = this.items.some(({ alertId }) => alertId === alert.alertId)
    this.items = isListed
      ? this.items.map((one) => (one.alertId === alert.alertId ? alert : one))
      : [alert, ...this.items]
    const { market, toasts } = this.#parts
    const name = market.of(alert.symbol)?.label ?? alert.symbol
    const text = firedSentence(alert, name)
    const href = `/trade/${alert.symbol}`
    toasts.show(text, 'alert', { label: `Open ${name}`, href })
    ring('alert', alert.alertId)
    showNotice({ title: `${name}: price alert`, text, id: alert.alertId, open: () => void goto(href) })
  }
}

/** Unlike an order's, the text says nothing of money: an alert involves none. */
function textOf(error: unknown): string {
  if (!(error instanceof RequestRefused)) return 'Its result isn’t known yet. The list shows what came of it.'
  const { code, message } = error.error
  return code === 'UNAVAILABLE' ? 'Alerts can’t be changed for the moment. Nothing was changed; try again.' : message
}

export const [useAlerts, provideAlerts] = createContext<Alerts>()
