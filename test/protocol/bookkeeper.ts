import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import { divideHalfUp, formatScaled } from '@valiant/shared/units/decimal'

/** All numbers are exact, in units of 10^-12. */
const DECIMALS = 12
const ONE = 10n ** BigInt(DECIMALS)
const CENT = ONE / 100n

export function exact(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const size = BigInt(whole + fraction.padEnd(DECIMALS, '0'))
  return text.startsWith('-') ? -size : size
}
const decimalsOf = (text: string) => text.split('.')[1]?.length ?? 0
const abs = (value: bigint) => (value < 0n ? -value : value)
/** @throws {Error} if the value has digits beyond these decimals */
function decimal(value: bigint, decimals: number): string {
  const unit = 10n ** BigInt(DECIMALS - decimals)
  if (value % unit !== 0n) throw new Error(`expected ${decimals} decimals, found ${formatScaled(value, DECIMALS)}`)
  return formatScaled(value / unit, decimals)
}
const money = (value: bigint) => decimal(value, 2)
const roundedUp = (value: bigint) => ((value + CENT - 1n) / CENT) * CENT
const times = (price: bigint, qty: bigint) => (price * qty) / ONE

interface Filled {
  qty: bigint
  value: bigint
  /** Before rounding. */
  fee: bigint
  paid: bigint
}
interface Held {
  qty: bigint
  cost: bigint
  realized: bigint
}

/**
 * An account as a client keeps it from the fills and orders of its frames alone, by the words of the protocol: shares
 * nothing with the engine but the rounding.
 */
export class Bookkeeper {
  readonly #instruments: ReadonlyMap<string, Instrument>
  readonly #orders = new Map<string, Order>()
  readonly #filled = new Map<string, Filled>()
  readonly #positions = new Map<string, Held>()
  #cash: bigint
  #fees = 0n
  #realized = 0n

  constructor(cash: string, instruments: readonly Instrument[]) {
    this.#cash = exact(cash)
    this.#instruments = new Map(instruments.map((instrument) => [instrument.symbol, instrument]))
  }

  /** Takes a frame up. @returns what it should say, in the shape of the frame */
  expected({ fills, orders, positions }: AccountFrame) {
    const expectedFills = fills.map((fill) => this.#fill(fill))
    for (const order of orders) this.#orders.set(order.orderId, order)
    return {
      fills: expectedFills,
      orders: orders.map((order) => this.#order(order)),
      positions: positions.map(({ symbol, value }) => this.#position(symbol, exact(value))),
      balance: { cash: money(this.#cash), feesPaid: money(this.#fees), realizedPnl: money(this.#realized) },
    }
  }

  /** What open orders bind on a cash account, and what is left. */
  funds() {
    const held = [...this.#orders.values()].reduce((sum, order) => sum + this.#holdOn(order), 0n)
    return { held: money(held), buyingPower: money(this.#cash - held) }
  }

  #fill({ orderId, symbol, side, qty: qtyText, price: priceText, liquidity }: Fill) {
    const { makerBps, takerBps } = this.#instrument(symbol)
    const [qty, price] = [exact(qtyText), exact(priceText)]
    const value = times(price, qty)
    const filled = this.#filledOf(orderId)
    filled.qty += qty
    filled.value += value
    filled.fee += (value * BigInt(liquidity === 'maker' ? makerBps : takerBps)) / 10_000n
    const fee = roundedUp(filled.fee) - filled.paid
    filled.paid += fee
    this.#fees += fee
    this.#cash += (side === 'buy' ? -value : value) - fee
    const realized = this.#trade(symbol, side === 'buy' ? qty : -qty, price)
    this.#realized += realized
    return { fee: money(fee), realizedPnl: money(realized) }
  }

  /** @returns the profit realized: a fill past zero closes the position and opens one with the rest. */
  #trade(symbol: string, signed: bigint, price: bigint): bigint {
    const held = this.#positions.get(symbol) ?? { qty: 0n, cost: 0n, realized: 0n }
    this.#positions.set(symbol, held)
    const closes = held.qty !== 0n && held.qty > 0n !== signed > 0n
    const closed = closes ? (abs(signed) < abs(held.qty) ? abs(signed) : abs(held.qty)) : 0n
    const sign = signed > 0n ? 1n : -1n
    let realized = 0n
    if (closed > 0n) {
      const size = divideHalfUp(abs(held.cost) * closed, abs(held.qty) * CENT) * CENT
      const share = closed === abs(held.qty) ? held.cost : held.cost < 0n ? -size : size
      realized = -sign * times(price, closed) - share
      held.cost -= share
      held.qty += sign * closed
    }
    const opened = abs(signed) - closed
    held.qty += sign * opened
    held.cost += sign * times(price, opened)
    held.realized += realized
    return realized
  }

  #order({ orderId, symbol, qty, closedAt }: Order) {
    const { tickSize, lotSize } = this.#instrument(symbol)
    const filled = this.#filledOf(orderId)
    return {
      filledQty: decimal(filled.qty, decimalsOf(lotSize)),
      remainingQty: decimal(closedAt === undefined ? exact(qty) - filled.qty : 0n, decimalsOf(lotSize)),
      avgPrice: filled.qty === 0n ? null : average(filled.value, filled.qty, tickSize),
      feesPaid: money(filled.paid),
    }
  }

  #position(symbol: string, value: bigint) {
    const { tickSize, lotSize } = this.#instrument(symbol)
    const { qty, cost, realized } = this.#positions.get(symbol) ?? { qty: 0n, cost: 0n, realized: 0n }
    return {
      ...{ qty: decimal(qty, decimalsOf(lotSize)), realizedPnl: money(realized), unrealizedPnl: money(value - cost) },
      ...(qty !== 0n && { avgPrice: average(abs(cost), abs(qty), tickSize) }),
    }
  }

  /** A buy binds its price × remaining and the fee it could still add; a stop's price is its trigger and the band. */
  #holdOn({ orderId, symbol, side, type, status, remainingQty, limitPrice, stopPrice, ...order }: Order): bigint {
    const binds = status === 'open' || status === 'partially_filled' || status === 'untriggered'
    if (side === 'sell' || order.reduceOnly || !binds) return 0n
    const { tickSize, makerBps, takerBps, priceBandBps } = this.#instrument(symbol)
    const tick = exact(tickSize)
    const atTrigger = exact(stopPrice ?? '0') * BigInt(10_000 + priceBandBps)
    const isLimit = type === 'limit' || type === 'stop_limit'
    const price = isLimit ? exact(limitPrice ?? '0') : ((atTrigger + 10_000n * tick - 1n) / (10_000n * tick)) * tick
    const value = times(price, exact(remainingQty))
    const { fee, paid } = this.#filledOf(orderId)
    const toCome = (value * BigInt(order.postOnly ? makerBps : takerBps)) / 10_000n
    return value + roundedUp(fee + toCome) - paid
  }

  #filledOf(orderId: string): Filled {
    const filled = this.#filled.get(orderId) ?? { qty: 0n, value: 0n, fee: 0n, paid: 0n }
    this.#filled.set(orderId, filled)
    return filled
  }

  #instrument(symbol: string): Instrument {
    const instrument = this.#instruments.get(symbol)
    if (instrument === undefined) throw new Error(`${symbol} is not listed`)
    return instrument
  }
}

/** Half up, with the tick's decimals and four more. */
function average(value: bigint, qty: bigint, tickSize: string): string {
  const decimals = decimalsOf(tickSize) + 4
  const unit = 10n ** BigInt(DECIMALS - decimals)
  return decimal(divideHalfUp(value * ONE, qty * unit) * unit, decimals)
}
