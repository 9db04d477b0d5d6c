import { assert } from './assert.ts'
import { FIRST_USER_ACCOUNT, type Side } from './command.ts'
import type { Cause } from './event.ts'
import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import { OpenOrders } from './open-orders.ts'
import type { Account, Position } from './state.ts'

/** Remaining lots of orders that may increase a position, by side. */
interface OpenLots {
  buy: number
  sell: number
}

export const NOT_WATCHED = -1

/** An account with its positions and open orders. */
export class Portfolio {
  readonly account: Account
  /** Whether it is one of the exchange's own accounts, whose balances are not kept. */
  readonly isExchange: boolean
  /** By the market's index. */
  private readonly positionByMarket: (Position | undefined)[]
  private readonly openCountByMarket: number[]
  private readonly open = new OpenOrders()
  /** Markets in which it ever had a position or, as a margin account, an order. */
  private readonly knownMarkets: Market[] = []
  /** By the market's index; only for margin accounts. */
  private openLotsByMarket: Map<number, OpenLots> | undefined
  /** Whether anything changed since the last drain, and why. */
  isTouched = false
  touchedFor: Cause = 'trade'
  /** When its margin must be checked again: see MarginWatch, which alone writes it. */
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

  /** Every market that its margin depends on, in the order in which they were added. */
  get markets(): readonly Market[] {
    return this.knownMarkets
  }

  /** Cash that no order holds: what a cash account may spend. */
  get buyingPowerCents(): number {
    return this.account.cashCents - this.account.heldCents
  }

  /** The same in the order of the instruments, for results that depend on it. */
  marketsInOrder(): readonly Market[] {
    return [...this.knownMarkets].sort((a, b) => a.index - b.index)
  }

  position(market: Market): Position | undefined {
    return this.positionByMarket[market.index]
  }

  /** The position in a market, created if there was none. */
  positionToChange(market: Market): Position {
    const known = this.positionByMarket[market.index]
    if (known !== undefined) return known
    const { account } = this.account
    const position = { account, symbol: market.symbol, lots: 0, costCents: 0, realizedCents: 0, heldLots: 0 }
    this.positionByMarket[market.index] = position
    if (this.openLotsByMarket?.has(market.index) !== true) this.knownMarkets.push(market)
    return position
  }

  /** The lots of a position; 0 without one. */
  lots(market: Market): number {
    return this.positionByMarket[market.index]?.lots ?? 0
  }

  /** The remaining lots of open orders on one side, without reduce-only ones; margin accounts only. */
  openLots(market: Market, side: Side): number {
    return this.openLotsByMarket?.get(market.index)?.[side] ?? 0
  }

  /** Adds to the open lots, or subtracts: called where a margin account's orders hold and release (risk/holds.ts). */
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

  /** Every position it ever had, including closed ones. */
  positions(): readonly Position[] {
    return this.positionByMarket.filter((position) => position !== undefined)
  }

  /** Lots that can still be sold. */
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
