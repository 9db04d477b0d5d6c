import type { Side } from '../../engine/command.ts'
import { type HouseMarket, NO_SLOT } from '../../engine/house.ts'
import type { Flow } from './flow.ts'
import { Makers, USUAL_QUOTES } from './makers.ts'
import { Tail } from './tail.ts'
import { Takers } from './takers.ts'

/** A quote is stale if it is closer to the reference than the half spread by more than this, mispriced if it is beyond it by more. */
const TOLERANCE_TICKS = 0.2
const STALE_PER_SECOND = 20
/** Probability that a stale quote beyond the reference is hit before it is canceled. */
const SNIPE_PROBABILITY = 0.35
/** When the best price is beyond the reference by more than this, as after a jump, all levels up to here are cleaned at once. */
const RUN_AWAY_TICKS = 4

/**
 * All simulated participants of one instrument, as one memoryless process of events on the book in which users trade:
 * exponential waits from the total rate (Gillespie 1977), arrivals of takers by thinning (Ogata 1981).
 */
export class Participants {
  private readonly market: HouseMarket
  private readonly flow: Flow
  private readonly makers: Makers
  private readonly tail: Tail
  private readonly takers: Takers

  /** Places the tail and the makers' quotes around the reference. The book may already contain users' orders. */
  constructor(market: HouseMarket, flow: Flow, liveness: number) {
    this.market = market
    this.flow = flow
    this.makers = new Makers(market, flow, liveness)
    this.tail = new Tail(market, flow)
    this.takers = new Takers(market, flow)
    market.onHouseFill = (tag, _slot, _lots, gone) => {
      if (!gone) return
      if (Tail.owns(tag)) this.tail.forget(tag)
      else this.makers.forget(tag)
    }
    this.tail.renewAll()
    for (let quote = 0; quote < USUAL_QUOTES; quote++) this.makers.place()
  }

  /**
   * Runs all events of the next `seconds`, during which the value does not change. The wait that exceeds the end is
   * discarded, which is exact because the process is memoryless.
   * @returns the number of events
   */
  run(fromMs: number, seconds: number): number {
    const { market, flow, makers, tail } = this
    const { rng, arrivals } = flow
    tail.refillEmptySides()
    let at = 0
    for (let events = 0; ; events++) {
      const edge = flow.pace.halfSpreadTicks - TOLERANCE_TICKS
      const askStale = market.askTicks > 0 && market.askTicks < flow.referenceTicks + edge
      const bidStale = market.bidTicks > flow.referenceTicks - edge
      const placing = makers.placementRate
      const canceling = makers.cancelRate
      const taking = arrivals.intensity
      const cleaning = askStale || bidStale ? STALE_PER_SECOND : 0
      const total = placing + canceling + taking + cleaning + tail.renewalRate
      const wait = rng.exponential() / total
      if (at + wait >= seconds) {
        flow.age(seconds - at)
        return events
      }
      at += wait
      flow.age(wait)
      const timeMs = fromMs + Math.floor(at * 1_000)
      let chosen = rng.uniform() * total
      if ((chosen -= placing) < 0) makers.place()
      else if ((chosen -= canceling) < 0) makers.cancelOne()
      else if ((chosen -= taking) < 0) {
        // Thinning: the intensity has decayed since the wait was drawn.
        if (-chosen < arrivals.intensity) {
          this.takers.takeOne(timeMs)
          arrivals.excite()
        }
      } else if ((chosen -= cleaning) < 0) {
        this.cleanStale(askStale && (!bidStale || rng.uniform() < 0.5) ? 'sell' : 'buy', timeMs)
      } else tail.renewOne()
      tail.refillEmptySides()
    }
  }

  /** Cancels all their orders. `run` must not be called afterwards. */
  withdraw(): void {
    this.makers.withdraw()
    this.tail.withdraw()
    this.market.onHouseFill = () => undefined
  }

  private cleanStale(side: Side, timeMs: number): void {
    while (this.cleanLevel(side, timeMs) && this.beyondReference(side) > RUN_AWAY_TICKS);
  }

  /**
   * Cleans the best level of a side, which is too close to the reference or beyond it. Simulated orders are hit or canceled.
   * A user's order is hit if it is mispriced, and left alone if it only narrows the spread.
   * @returns whether the level held only simulated orders
   */
  private cleanLevel(side: Side, timeMs: number): boolean {
    const { market, flow, takers } = this
    const ticks = side === 'buy' ? market.bidTicks : market.askTicks
    if (ticks === 0) return false
    const wrongBy = this.beyondReference(side)
    const isSniped = flow.rng.uniform() < SNIPE_PROBABILITY && wrongBy > 0
    const usersRest = this.usersRestAt(ticks)
    if (isSniped && !usersRest) takers.snipe(side, ticks, timeMs)
    else this.cancelLevel(ticks)
    if (usersRest && (isSniped || wrongBy > TOLERANCE_TICKS)) takers.accept(side, ticks, timeMs)
    return !usersRest
  }

  private usersRestAt(ticks: number): boolean {
    const { market } = this
    for (let slot = market.firstAt(ticks); slot !== NO_SLOT; slot = market.nextAfter(slot)) {
      if (!market.isHouse(slot)) return true
    }
    return false
  }

  /** Cancels all simulated orders at a price. */
  private cancelLevel(ticks: number): void {
    const { market } = this
    for (let slot = market.firstAt(ticks); slot !== NO_SLOT;) {
      const next = market.nextAfter(slot)
      if (market.isHouse(slot)) this.cancel(market.tagOf(slot))
      slot = next
    }
  }

  private cancel(tag: number): void {
    if (Tail.owns(tag)) this.tail.cancel(tag)
    else this.makers.cancel(tag)
  }

  /** By how many ticks the best price of a side is beyond the reference; negative if it is not, or if the side is empty. */
  private beyondReference(side: Side): number {
    const { market, flow } = this
    if (side === 'buy') return market.bidTicks - flow.referenceTicks
    return market.askTicks === 0 ? -1 : flow.referenceTicks - market.askTicks
  }
}
