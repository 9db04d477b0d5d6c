import { assert } from './assert.ts'
import { FIRST_USER_ACCOUNT, type Side } from './command.ts'
import type { Cause } from './event.ts'
import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import { OpenOrders } from './open-orders.ts'
import type { Account, Position } from './state.ts'

/** Lots that orders which may increase a position have left, by their side. */
interface OpenLots {
  buy: number
  sell: number
}

export const NOT_WATCHED = -1

/** An account with what it holds and what it has in the books. */
export class Portfolio {
  readonly account: Account
  /** One of the exchange's own accounts: its balances are not kept. */
  readonly isExchange: boolean
  /** By the market's index. */
  private readonly positionByMarket: (Position | undefined)[]
  private readonly openCountByMarket: number[]
  private readonly open = new OpenOrders()
  /** Markets in which it ever had a position, or as a margin account an order. */
  private readonly knownMarkets: Market[] = []
  /** By the market's index; only a margin account needs it. */
  private openLotsByMarket: Map<number, OpenLots> | undefined
  /** Something of it has changed since the last drain, and why. */
  isTouched = false
  touchedFor: Cause = 'trade'
  /** When its margin must be looked at again: see MarginWatch, which alone writes it. */
  watchedAt = NOT_WATCHED

  constructor(account: Account, marketCount: number) {
    this.account = account
    this.isExchange = account.account < FIRST_USER_ACCOUNT
    this.positionByMarket = new Array<Position | undefined>(marketCount).fill(undefined)
    this.openCountByMarket = new Array<number>(marketCount).fill(0)
  }

  get isMargin(): boolean {
    return this.account.mode === 'margin'
  }

  /** Every market that its margin depends on, in the order in which it came to them. */
  get markets(): readonly Market[] {
    return this.knownMarkets
  }

  /** Cash that no order binds: what a cash account may spend. */
  get buyingPowerCents(): number {
    return this.account.cashCents - this.account.heldCents
  }

  /** The same in the order of the instruments, where the order shows. */
  marketsInOrder(): readonly Market[] {
    return [...this.knownMarkets].sort((a, b) => a.index - b.index)
  }

  position(market: Market): Position | undefined {
    return this.positionByMarket[market.index]
  }

  /** The position in a market, made empty when there was none. */
  positionToChange(market: Market): Position {
    const known = this.positionByMarket[market.index]
    if (known !== undefined) return known
    const { account } = this.account
    const position = { account, symbol: market.symbol, lots: 0, costCents: 0, realizedCents: 0, heldLots: 0 }
    this.positionByMarket[market.index] = position
    if (this.openLotsByMarket?.has(market.index) !== true) this.knownMarkets.push(market)
    return position
  }

  /** Lots of it; 0 where there never was a position. */
  lots(market: Market): number {
    return this.positionByMarket[market.index]?.lots ?? 0
  }

  /** Lots that its open orders of a side have left; reduce-only ones apart, and of a margin account only. */
  openLots(market: Market, side: Side): number {
    return this.openLotsByMarket?.get(market.index)?.[side] ?? 0
  }

  /** Counts so many open lots more, or less: called where a margin account's orders bind and release (risk/holds.ts). */
  countOpenLots(market: Market, side: Side, lots: number): void {
    this.openLotsByMarket ??= new Map()
    const known = this.openLotsByMarket.get(market.index)
    if (known !== undefined) known[side] += lots
    else {
      this.openLotsByMarket.set(market.index, { buy: side === 'buy' ? lots : 0, sell: side === 'sell' ? lots : 0 })
      if (this.positionByMarket[market.index] === undefined) this.knownMarkets.push(market)
    }
    assert(this.openLots(market, side) >= 0, 'no fewer than no open lots')
  }

  /** Every position ever held, closed ones too. */
  positions(): readonly Position[] {
    return this.positionByMarket.filter((position) => position !== undefined)
  }

  /** Lots that may still be sold. */
  sellableLots(market: Market): number {
    const position = this.positionByMarket[market.index]
    return position === undefined ? 0 : position.lots - position.heldLots
  }

  openCount(market: Market): number {
    return this.openCountByMarket[market.index] ?? 0
  }

  openOrder(number: number): OpenOrder | undefined {
    return this.open.get(number)
  }

  openOrderByClientId(clientOrderId: string): OpenOrder | undefined {
    return this.open.getByClientId(clientOrderId)
  }

  /** Oldest first. */
  openOrders(): OpenOrder[] {
    return this.open.all()
  }

  remember(open: OpenOrder): void {
    this.open.add(open)
    this.openCountByMarket[open.market.index] = this.openCount(open.market) + 1
  }

  /** @returns whether it was open */
  forget(open: OpenOrder): boolean {
    if (!this.open.remove(open)) return false
    this.openCountByMarket[open.market.index] = this.openCount(open.market) - 1
    return true
  }
}
