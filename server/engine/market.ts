import { assert } from './assert.ts'
import { type Book, NONE } from './book/book.ts'
import type { MarketStatus, Side } from './command.ts'
import { checkInstrument, type InstrumentSpec } from './instrument.ts'
import { halfTicksOf, stepMark } from './mark.ts'
import type { OpenOrder } from './open-order.ts'
import { WaitingStops } from './triggers/waiting-stops.ts'

const BPS = 10_000
/** Trade ids of an epoch start at this multiple of it. */
const TRADES_PER_EPOCH = 1_000_000_000

/** One instrument with its book, its status and its mark. */
export class Market {
  readonly index: number
  readonly symbol: string
  readonly instrument: InstrumentSpec
  /** Replaced after a split that raises prices. */
  book: Book
  /** The users' resting orders by slot of the book; undefined for the house's slots. */
  readonly openOrders: (OpenOrder | undefined)[] = [undefined]
  status: MarketStatus = 'open'
  /** The price of the last trade; 0 before the first. */
  lastTicks = 0
  readonly stops = new WaitingStops()
  /** The number of resting reduce-only orders: while there are any, sweeps match order by order. */
  reduceOnlyCount = 0
  /** While fills are being settled, nothing else may touch the book. */
  isMatching = false
  /** The smoothed mid price in millionths of a tick; 0 before the first two-sided market. */
  markMicroTicks = 0
  /** Called for each fill of a resting house order: see HouseMarket. */
  onHouseFill: (tag: number, slot: number, lots: number, gone: boolean) => void = () => undefined
  /** The tags that the participants attached to their orders, by slot. */
  readonly houseTags: number[] = [0]
  private tradeId = 0

  constructor(index: number, instrument: InstrumentSpec, book: Book) {
    checkInstrument(instrument)
    this.index = index
    this.symbol = instrument.symbol
    this.instrument = instrument
    this.book = book
  }

  beginEpoch(epoch: number): void {
    this.tradeId = epoch * TRADES_PER_EPOCH
    assert(Number.isSafeInteger(this.tradeId), 'an epoch that trade ids can hold')
  }

  nextTradeId(): number {
    return ++this.tradeId
  }

  /** Bid + ask, which is the mid price in half ticks; 0 when a side is empty. */
  get twoSidedMidHalfTicks(): number {
    const { bidTicks, askTicks } = this.book
    return bidTicks === NONE || askTicks === NONE ? 0 : bidTicks + askTicks
  }

  /**
   * The center of the price band, in half ticks: the mid price, or the mark when a side is empty; 0 before any mark.
   */
  get bandMidHalfTicks(): number {
    return this.twoSidedMidHalfTicks || halfTicksOf(this.markMicroTicks)
  }

  /**
   * The price with which a trigger is first compared, in half ticks: the last trade, else the center of the band; 0
   * before there is any.
   */
  get triggerHalfTicks(): number {
    return this.lastTicks > 0 ? 2 * this.lastTicks : this.bandMidHalfTicks
  }

  /** The inclusive ends of the price band, in ticks. Before there is a center, it covers all prices of the book. */
  get bandLowTicks(): number {
    return Math.max(1, Math.ceil((this.bandMidHalfTicks * (BPS - this.instrument.priceBandBps)) / (2 * BPS)))
  }

  get bandHighTicks(): number {
    const mid = this.bandMidHalfTicks
    if (mid === 0) return this.book.maxTicks
    return Math.min(this.book.maxTicks, Math.floor((mid * (BPS + this.instrument.priceBandBps)) / (2 * BPS)))
  }

  /** The worst price at which an aggressive order of this side may trade. */
  reachTicks(side: Side): number {
    return side === 'buy' ? this.bandHighTicks : this.bandLowTicks
  }

  /** The worst price at which an order may trade: its limit inside the band; a limit of 0 means none. */
  worstTicks(side: Side, limitTicks: number): number {
    const reachTicks = this.reachTicks(side)
    if (limitTicks === 0) return reachTicks
    return side === 'buy' ? Math.min(limitTicks, reachTicks) : Math.max(limitTicks, reachTicks)
  }

  /** Whether an order of this side and limit would trade now. */
  crosses(side: Side, limitTicks: number): boolean {
    const touch = this.touchTicks(side)
    return touch !== NONE && (side === 'buy' ? touch <= limitTicks : touch >= limitTicks)
  }

  /** The best price at which an order of this side would trade; 0 if there is none. */
  touchTicks(side: Side): number {
    return side === 'buy' ? this.book.askTicks : this.book.bidTicks
  }

  stepMark(): void {
    const mid = this.twoSidedMidHalfTicks
    if (mid !== 0) this.markMicroTicks = stepMark(this.markMicroTicks, mid)
  }
}
