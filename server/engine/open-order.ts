import { type BookSlot, NONE } from './book/book.ts'
import type { AccountNumber, OrderSource, OrderType, PlaceOrder, SelfTrade, Side, TimeInForce } from './command.ts'
import type { Market } from './market.ts'
import type { Portfolio } from './portfolio.ts'
import type { CancelReason, Order, OrderStatus, RejectCode } from './state.ts'

/**
 * An order at work: what everyone sees of it, and, out of their sight, its owner, its market and its place in the book
 * once it rests. One object, since most orders are cold when they are canceled or filled, and a second is a second miss.
 */
export class OpenOrder implements Order {
  // Declared only: a field that began as `undefined` would take a boxed number at every write.
  declare readonly account: AccountNumber
  declare readonly number: number
  declare readonly side: Side
  declare readonly lots: number
  declare readonly limitTicks: number
  declare filledLots: number
  declare heldCents: number
  declare status: OrderStatus
  declare reason: CancelReason | undefined
  declare version: number
  declare updatedAtMs: number
  declare closedAtMs: number | undefined
  declare readonly postOnly: boolean
  declare feeCentBps: number
  declare feesPaidCents: number
  declare filledTickLots: number
  declare readonly clientOrderId: string
  declare readonly symbol: string
  declare readonly type: OrderType
  declare readonly timeInForce: TimeInForce
  declare readonly selfTrade: SelfTrade
  declare readonly source: OrderSource
  declare readonly tag: string | undefined
  declare readonly arrivalMidHalfTicks: number
  declare rejectCode: RejectCode | undefined
  declare priority: number
  declare readonly createdAtMs: number
  readonly #portfolio: Portfolio
  readonly #market: Market
  #slot: BookSlot = NONE

  /** An order as it arrives. What a cancel or a fill touches is written first, so that it lies in the same cache lines. */
  constructor(
    command: Omit<PlaceOrder, 'kind'>,
    arrival: {
      readonly number: number
      readonly timeMs: number
      readonly arrivalMidHalfTicks: number
      readonly portfolio: Portfolio
      readonly market: Market
    },
  ) {
    this.#portfolio = arrival.portfolio
    this.#market = arrival.market
    this.account = command.account
    this.number = arrival.number
    this.side = command.side
    this.lots = command.lots
    this.limitTicks = command.limitTicks
    this.filledLots = 0
    this.heldCents = 0
    this.status = 'open'
    this.reason = undefined
    this.version = 1
    this.updatedAtMs = arrival.timeMs
    this.closedAtMs = undefined
    this.postOnly = command.postOnly
    this.feeCentBps = 0
    this.feesPaidCents = 0
    this.filledTickLots = 0
    this.clientOrderId = command.clientOrderId
    this.symbol = command.symbol
    this.type = command.type
    this.timeInForce = command.timeInForce
    this.selfTrade = command.selfTrade
    this.source = command.source
    this.tag = command.tag
    this.arrivalMidHalfTicks = arrival.arrivalMidHalfTicks
    this.rejectCode = undefined
    this.priority = 0
    this.createdAtMs = arrival.timeMs
  }

  /** A stored order as one of the engine's own. */
  static restored(stored: Order, portfolio: Portfolio, market: Market): OpenOrder {
    const { number, arrivalMidHalfTicks, createdAtMs: timeMs, tag, ...rest } = stored
    const command = tag === undefined ? rest : { ...rest, tag }
    const order = new OpenOrder(command, { number, timeMs, arrivalMidHalfTicks, portfolio, market })
    order.filledLots = stored.filledLots
    order.filledTickLots = stored.filledTickLots
    order.feeCentBps = stored.feeCentBps
    order.feesPaidCents = stored.feesPaidCents
    order.heldCents = stored.heldCents
    order.status = stored.status
    order.reason = stored.reason
    order.rejectCode = stored.rejectCode
    order.priority = stored.priority
    order.version = stored.version
    order.updatedAtMs = stored.updatedAtMs
    order.closedAtMs = stored.closedAtMs
    return order
  }

  get portfolio(): Portfolio {
    return this.#portfolio
  }

  get market(): Market {
    return this.#market
  }

  /** Its place in the book; NONE until it rests. */
  get slot(): BookSlot {
    return this.#slot
  }

  get remainingLots(): number {
    return this.lots - this.filledLots
  }

  /** It has come to rest. */
  restAt(slot: BookSlot): void {
    this.#slot = slot
  }
}
