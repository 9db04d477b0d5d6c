import type { Client } from '@valiant/shared/client/client'
import type { Order } from '@valiant/shared/protocol/order'
import { createContext } from 'svelte'
import type { Alerts } from '#lib/alerts/alerts.svelte.ts'
import type { Market } from '#lib/market/market.svelte.ts'
import { readLocal, storeLocal } from '#lib/preferences/local-storage.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { HAPPENINGS_MAX, happeningsOf, hasEndedByItself } from './happening.ts'

interface Parts {
  readonly session: Session
  readonly market: Market
  readonly alerts: Alerts
}

/** How many closed orders are looked through; most were closed by a press. */
const ORDERS_MAX = 100
/** Until when this browser has shown what happened, by the exchange's clock. */
const READ_NAME = 'valiant_activity_read'

/** What happened to the account without a press, and whether the user has seen it. */
export class Activity {
  state = $state.raw<'loading' | 'ready' | 'failed'>('loading')
  readonly items = $derived.by(() => {
    const { market, alerts } = this.#parts
    return happeningsOf({ orders: this.#ended, alerts: alerts.items }, (symbol) => {
      const listing = market.of(symbol)
      return listing && { name: listing.label, scale: scaleOf(listing.instrument) }
    })
  })
  readonly hasUnread = $derived.by(() => (this.items[0]?.atMs ?? 0) > this.#readUntilMs)

  readonly #parts: Parts
  /** Orders that ended by themselves, newest first. */
  #ended = $state.raw<readonly Order[]>([])
  #readUntilMs = $state.raw(Infinity)
  #accountId: string | undefined
  #isWatched = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The bell is on screen, which it never is on a phone: only then does the list load. */
  open(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    this.#loadAll()
  }

  /** All that is listed now has been seen. */
  read(): void {
    this.#readUntilMs = Math.max(this.items[0]?.atMs ?? 0, readUntil())
    storeLocal(READ_NAME, this.#readUntilMs)
  }

  async load(): Promise<void> {
    const accountId = this.#accountId
    if (this.state === 'failed') this.state = 'loading'
    try {
      const { items } = await this.#parts.session.client.ask('orders', { status: 'closed', limit: ORDERS_MAX })
      if (accountId !== this.#accountId) return
      this.#add(items)
      this.state = 'ready'
    } catch {
      if (accountId === this.#accountId && this.state === 'loading') this.state = 'failed'
    }
  }

  /** @returns stops following */
  follow(client: Client): () => void {
    const stops = [
      client.on('welcome', ({ accountId }) => {
        if (accountId !== this.#accountId) {
          this.#ended = []
          this.state = 'loading'
        }
        this.#accountId = accountId
        this.#readUntilMs = readUntil()
        if (this.#isWatched) this.#loadAll()
      }),
      client.on('account', ({ orders }) => this.#add(orders)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  #loadAll(): void {
    if (this.#accountId === undefined) return
    this.#parts.alerts.open()
    void this.load()
  }

  #add(orders: readonly Order[]): void {
    const fresh = orders.filter(hasEndedByItself)
    if (fresh.length === 0) return
    const isKnown = ({ orderId }: Order) => fresh.some((one) => one.orderId === orderId)
    this.#ended = [...fresh, ...this.#ended.filter((order) => !isKnown(order))]
      .sort((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0))
      .slice(0, HAPPENINGS_MAX)
  }
}

/** Another tab may have shown more. */
function readUntil(): number {
  const value = readLocal(READ_NAME)
  return typeof value === 'number' ? value : 0
}

export const [useActivity, provideActivity] = createContext<Activity>()
