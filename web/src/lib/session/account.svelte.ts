import type { Client } from '@valiant/shared/client/client'
import type { AccountSnapshot, Position } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { createContext } from 'svelte'
import type { Listing } from '#lib/market/listing.svelte.ts'
import type { Market } from '#lib/market/market.svelte.ts'
import { equityCentsOf, type Holding, holdingOf } from '#lib/portfolio/holding.ts'
import { heard } from '#lib/sounds/heard.ts'
import { ring } from '#lib/sounds/ring.ts'

/** A position at current prices. Its amounts are those of `holding`, in dollars as numbers, for display only. */
export interface LivePosition {
  readonly position: Position
  readonly listing: Listing | undefined
  readonly holding: Holding
  /** Signed: negative is short. */
  readonly qty: number
  readonly mark: number
  readonly value: number
  readonly unrealized: number
  /** Unrealized profit against what the position cost, in percent. */
  readonly unrealizedPct: number
}

const FILLS_MAX = 200
const MARGIN_EVERY_MS = 2_000

/** The visitor's money, positions, orders and fills: loaded by the server, then kept up to date by account frames. */
export class AccountState {
  readonly #market: Market
  snapshot = $state.raw<AccountSnapshot | undefined>()
  /** Newest first: those the page loaded, and later ones. */
  fills = $state.raw<readonly Fill[]>([])

  readonly account = $derived(this.snapshot?.account)
  readonly openOrders = $derived(this.snapshot?.openOrders ?? [])
  readonly cash = $derived(this.account ? Number(this.account.cash) : undefined)
  readonly held = $derived(this.account ? Number(this.account.held) : undefined)
  readonly buyingPower = $derived(this.account ? Number(this.account.buyingPower) : undefined)
  readonly positions = $derived((this.snapshot?.positions ?? []).map((position) => this.#live(position)))
  readonly holdings = $derived(this.positions.map(({ holding }) => holding))
  readonly equityCents = $derived(this.account && equityCentsOf(this.account.cash, this.holdings))
  readonly equity = $derived(this.equityCents === undefined ? undefined : dollarsOf(this.equityCents))

  constructor(market: Market, snapshot: AccountSnapshot | undefined, fills: readonly Fill[]) {
    this.#market = market
    this.snapshot = snapshot
    this.fills = fills
  }

  positionOf(symbol: string): LivePosition | undefined {
    return this.positions.find(({ position }) => position.symbol === symbol)
  }

  /** Switches to another account, or none. */
  seed(snapshot: AccountSnapshot | undefined, fills: readonly Fill[]): void {
    this.snapshot = snapshot
    this.fills = fills
  }

  /** @returns stops following */
  follow(client: Client): () => void {
    const stops = [
      client.on('accountState', (snapshot) => {
        this.snapshot = snapshot
      }),
      client.on('account', ({ orders, fills }) => {
        for (const { sound, orderId } of heard(orders, this.#addFills(fills))) ring(sound, orderId)
      }),
    ]
    // Frames report what the account does; the effect of the market on its margin must be requested.
    const figures = setInterval(() => void this.#refreshMargin(client), MARGIN_EVERY_MS)
    return () => {
      clearInterval(figures)
      for (const stop of stops) stop()
    }
  }

  async #refreshMargin(client: Client): Promise<void> {
    const isNeeded = this.account?.mode === 'margin' && this.positions.length > 0
    if (!isNeeded || !client.isLive || document.hidden) return
    try {
      const answer = await client.ask('account', {})
      // Older or newer than the frames received: then what they show is kept.
      const { snapshot } = this
      if (answer.seq === snapshot?.seq && answer.account.id === snapshot.account.id) this.snapshot = answer
    } catch {
      // What is shown stays; the timer retries.
    }
  }

  /** @returns those that are new */
  #addFills(fills: readonly Fill[]): readonly Fill[] {
    const isKnown = (fill: Fill) => this.fills.some(({ fillId }) => fillId === fill.fillId)
    const fresh = fills.filter((fill) => !isKnown(fill)).reverse()
    if (fresh.length > 0) this.fills = [...fresh, ...this.fills].slice(0, FILLS_MAX)
    return fresh
  }

  #live(position: Position): LivePosition {
    const listing = this.#market.of(position.symbol)
    const holding = holdingOf(position, listing)
    const qty = Number(position.qty)
    const mark = listing?.mid ?? Number(position.markPrice)
    const cost = qty * Number(position.avgPrice)
    return {
      position,
      listing,
      holding,
      qty,
      mark,
      value: dollarsOf(holding.valueCents),
      unrealized: dollarsOf(holding.unrealizedCents),
      unrealizedPct: cost === 0 ? 0 : ((qty * mark - cost) / Math.abs(cost)) * 100,
    }
  }
}

const dollarsOf = (cents: bigint): number => Number(cents) / 100

export const [useAccount, provideAccount] = createContext<AccountState>()
