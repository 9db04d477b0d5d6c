import { CASH, type EngineEvents } from '../../server/engine/event.ts'
import type { Order } from '../../server/engine/state.ts'
import { type Exchange, INSTRUMENTS } from './player.ts'

/** The ledger as the database would keep it, and the invariants of each drain. */
export class Books {
  private readonly balances = new Map<string, number>()
  private readonly numbers = new Map<string, number>()
  private readonly filled = new Map<string, number>()
  private readonly versions = new Map<string, number>()

  /** @throws {Error} with the first invariant that does not hold */
  add(events: EngineEvents): void {
    for (const entry of events.entries) {
      const { account, number, counter, counterNumber, asset, amount, balanceAfter, counterBalanceAfter } = entry
      claim(amount !== 0, 'an entry has an amount')
      this.line(account, number, asset, amount, balanceAfter)
      this.line(counter, counterNumber, asset, -amount, counterBalanceAfter)
    }
    for (const { account, number, orderNumber, lots } of events.fills) {
      this.nextNumber(`fill ${account}`, number)
      const key = `${account}:${orderNumber}`
      this.filled.set(key, (this.filled.get(key) ?? 0) + lots)
    }
    for (const { account } of events.accounts) this.nextNumber(`seq ${account.account}`, account.seq)
    for (const order of events.orders) this.order(order)
    for (const order of new Set(events.orders)) this.version(order)
  }

  /** Checks an account's invariants between operations. */
  account(exchange: Exchange, number: number): void {
    const account = exchange.account(number)
    if (account === undefined) throw new Error(`account ${number} is gone`)
    const { mode, cashCents, heldCents } = account
    const orders = exchange.openOrders(number)
    claim((this.balances.get(`${number} ${CASH}`) ?? 0) === cashCents, `${number}: cash is the sum of its entries`)
    claim(
      orders.reduce((sum, order) => sum + order.heldCents, 0) === heldCents,
      `${number}: held cash is the sum of its orders' holds`,
    )
    if (mode === 'cash') claim(heldCents <= cashCents, `${number}: a cash account holds ${heldCents} of ${cashCents}`)
    for (const { symbol, lots, costCents, heldLots } of exchange.positions(number)) {
      claim((this.balances.get(`${number} ${symbol}`) ?? 0) === lots, `${number}: lots of ${symbol} are in its entries`)
      claim(heldLots >= 0 && heldLots <= Math.abs(lots), `${number}: ${heldLots} lots held of ${lots} ${symbol}`)
      if (mode === 'cash') claim(lots >= 0, `${number}: a cash account is short of ${symbol}`)
      if (lots === 0) claim(costCents === 0, `${number}: an empty position in ${symbol} has no cost`)
    }
    for (const order of orders) claim(order.filledLots < order.lots, `${number}:${order.number}: open, but filled`)
  }

  /** Checks that nothing of an account is left after it was closed. */
  closed(account: number): void {
    for (const asset of [CASH, ...INSTRUMENTS.map(({ symbol }) => symbol)]) {
      const balance = this.balances.get(`${account} ${asset}`) ?? 0
      claim(balance === 0, `${account}: closed with ${balance} ${asset}`)
    }
    for (const order of this.versions.keys()) claim(!order.startsWith(`${account}:`), `${order}: open, account closed`)
  }

  private line(account: number, number: number, asset: string, amount: number, balanceAfter: number | undefined): void {
    this.nextNumber(`entry ${account}`, number)
    const key = `${account} ${asset}`
    const balance = (this.balances.get(key) ?? 0) + amount
    this.balances.set(key, balance)
    if (balanceAfter !== undefined)
      claim(balanceAfter === balance, `${account}: ${balanceAfter} ${asset} is ${balance}`)
  }

  private nextNumber(what: string, number: number): void {
    claim(number === (this.numbers.get(what) ?? 0) + 1, `${what}: ${number} is not the next number`)
    this.numbers.set(what, number)
  }

  private order({ account, number, filledLots, lots, status }: Readonly<Order>): void {
    const name = `${account}:${number}`
    claim(filledLots === (this.filled.get(name) ?? 0), `${name}: fills do not sum to ${filledLots}`)
    claim(filledLots <= lots, `${name}: ${filledLots} filled of ${lots}`)
    claim((status === 'filled') === (filledLots === lots && lots > 0), `${name}: ${filledLots} of ${lots} is ${status}`)
  }

  /** An order in the events has a higher version than before. */
  private version(order: Readonly<Order>): void {
    const name = `${order.account}:${order.number}`

    const before = this.versions.get(name) ?? 0
    claim(order.version > before, `${name}: version ${order.version} after ${before}`)
    if (order.closedAtMs === undefined) this.versions.set(name, order.version)
    else this.versions.delete(name)
  }
}

/** Books are never crossed. */
export function checkBooks(exchange: Exchange): void {
  for (const { symbol } of INSTRUMENTS) {
    const { bidTicks, askTicks } = exchange.house(symbol)
    claim(bidTicks === 0 || askTicks === 0 || bidTicks < askTicks, `${symbol}: ${bidTicks} crosses ${askTicks}`)
  }
}

function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`)
}
