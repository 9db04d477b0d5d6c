import { FIRST_USER_ACCOUNT } from './command.ts'
import type { Market } from './market.ts'
import type { OpenOrder } from './open-order.ts'
import { OpenOrders } from './open-orders.ts'
import type { Account, Position } from './state.ts'

/** An account with what it holds and what it has in the books. */
export class Portfolio {
  readonly account: Account
  /** One of the exchange's own accounts: its cash has no floor and its balances are not kept. */
  readonly isExchange: boolean
  /** By the market's index. */
  private readonly positionByMarket: (Position | undefined)[]
  private readonly openCountByMarket: number[]
  private readonly open = new OpenOrders()
  /** The last operation that changed the account, and the position that it changed. */
  changedInOperation = 0
  changedPosition: Position | undefined

  constructor(account: Account, marketCount: number) {
    this.account = account
    this.isExchange = account.account < FIRST_USER_ACCOUNT
    this.positionByMarket = new Array<Position | undefined>(marketCount).fill(undefined)
    this.openCountByMarket = new Array<number>(marketCount).fill(0)
  }

  /** Cash that no order binds. */
  get buyingPowerCents(): number {
    return this.account.cashCents - this.account.heldCents
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
    return position
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

  forget(open: OpenOrder): void {
    this.open.remove(open)
    this.openCountByMarket[open.market.index] = this.openCount(open.market) - 1
  }
}
