import type { AccountNumber, SelfTrade, Side } from '../command.ts'
import { halfTicksOf } from '../mark.ts'
import type { Order } from '../state.ts'
import { bandHigh, bandLow, feeOnCentBps } from './arithmetic.ts'
import { cutsOf, type Share, sharesOf } from './reduce-only.ts'
import { accountOf, leftOf, lotsHeld, type NaiveMarket, type NaiveState, opposite, type Resting } from './state.ts'

export const sideOf = (resting: Resting): Side => ('order' in resting ? resting.order.side : resting.house.side)
export const ticksOf = (resting: Resting): number =>
  'order' in resting ? resting.order.limitTicks : resting.house.ticks
export const lotsOf = (resting: Resting): number => ('order' in resting ? leftOf(resting.order) : resting.house.lots)

/** One side of a book, best price first, then oldest first. */
export const queueOf = ({ resting }: NaiveMarket, side: Side): Resting[] =>
  resting
    .filter((one) => sideOf(one) === side)
    .sort((a, b) => (side === 'buy' ? ticksOf(b) - ticksOf(a) : ticksOf(a) - ticksOf(b)))

/** The best price of a side; 0 when it is empty. */
export function bestTicks(market: NaiveMarket, side: Side): number {
  const [best] = queueOf(market, side)
  return best === undefined ? 0 : ticksOf(best)
}

/** Bid + ask; 0 when a side is empty. */
export function midHalfTicks(market: NaiveMarket): number {
  const [bid, ask] = [bestTicks(market, 'buy'), bestTicks(market, 'sell')]
  return bid === 0 || ask === 0 ? 0 : bid + ask
}

/** The prices at which an order may trade; all of them before the first mid price. */
export function bandOf(market: NaiveMarket): { readonly lowTicks: number; readonly highTicks: number } {
  const { maxTicks, priceBandBps } = market.spec
  const mid = midHalfTicks(market) || halfTicksOf(market.markMicroTicks)
  if (mid === 0) return { lowTicks: 1, highTicks: maxTicks }
  return {
    lowTicks: Math.max(1, bandLow(mid, priceBandBps)),
    highTicks: Math.min(maxTicks, bandHigh(mid, priceBandBps)),
  }
}

/** The worst price inside the band. */
export const bandLimit = (market: NaiveMarket, side: Side): number =>
  side === 'buy' ? bandOf(market).highTicks : bandOf(market).lowTicks

export const reaches = (side: Side, limitTicks: number, ticks: number): boolean =>
  side === 'buy' ? ticks <= limitTicks : ticks >= limitTicks

export interface Taker {
  readonly account: AccountNumber
  readonly side: Side
  readonly selfTrade: SelfTrade
}

export interface Walk {
  /** The fills, in order. */
  readonly steps: readonly { readonly ticks: number; readonly lots: number }[]
  readonly lots: number
  readonly valueCents: number
  /** The order of its own account at which it would stop, if it got that far. */
  readonly own: Order | undefined
}

/** The fills of a taker up to a price. Makers' reduce-only orders are reduced during the walk, as they would be. */
export function walk(state: NaiveState, market: NaiveMarket, taker: Taker, worstTicks: number, lots: number): Walk {
  const steps: { ticks: number; lots: number }[] = []
  const makers = new Map<AccountNumber, Maker>()
  let [left, valueCents] = [lots, 0]
  for (const resting of queueOf(market, opposite(taker.side))) {
    const ticks = ticksOf(resting)
    if (left === 0 || !reaches(taker.side, worstTicks, ticks)) break
    if ('order' in resting && resting.order.account === taker.account) {
      if (taker.selfTrade === 'cancel_maker') continue
      return { steps, lots: lots - left, valueCents, own: resting.order }
    }
    const maker = 'order' in resting ? makerOf(state, makers, resting.order) : undefined
    const there = 'order' in resting ? (maker?.leftOf(resting.order) ?? leftOf(resting.order)) : resting.house.lots
    const taken = Math.min(left, there)
    if (taken === 0) continue
    steps.push({ ticks, lots: taken })
    left -= taken
    valueCents += taken * ticks * market.spec.centsPerTickLot
    if ('order' in resting) maker?.fill(resting.order, taken)
  }
  return { steps, lots: lots - left, valueCents, own: undefined }
}

/** The most lots of a walk that an amount pays for, value and fee together. */
export function payable({ steps }: Walk, cents: number, centsPerTickLot: number, feeBps: number): number {
  let [lots, valueCents] = [0, 0]
  for (const step of steps) {
    for (let taken = 0; taken < step.lots; taken++) {
      const value = valueCents + step.ticks * centsPerTickLot
      if (value + feeOnCentBps(value * feeBps) > cents) return lots
      valueCents = value
      lots++
    }
  }
  return lots
}

/** A margin account met during a walk: its position and its reduce-only orders as they would then be. */
class Maker {
  private lots: number
  private shares: Share[]

  constructor(lots: number, shares: Share[]) {
    this.lots = lots
    this.shares = shares
  }

  leftOf(order: Order): number | undefined {
    if (!order.reduceOnly) return undefined
    return this.shares.find((share) => share.order === order)?.left ?? 0
  }

  fill(order: Order, lots: number): void {
    this.lots += order.side === 'buy' ? lots : -lots
    const share = this.shares.find((one) => one.order === order)
    if (share !== undefined) this.shares = this.filled(share, lots)
    for (const [cut, left] of cutsOf(this.shares, this.lots)) {
      this.shares = this.shares
        .map((one) => (one.order === cut ? { ...one, left } : one))
        .filter(({ left }) => left > 0)
    }
  }

  /** A completely filled leg cancels its sibling; a partly filled one takes its lots from it. */
  private filled(share: Share, lots: number): Share[] {
    const isWhole = share.left === lots
    return this.shares
      .filter((one) => !(isWhole && one.group === share.group))
      .map((one) => (one.group === share.group ? { ...one, left: one.left - lots } : one))
      .filter(({ left }) => left > 0)
  }
}

function makerOf(state: NaiveState, makers: Map<AccountNumber, Maker>, { account, symbol }: Order): Maker | undefined {
  if (accountOf(state, account).mode === 'cash') return undefined
  const maker = makers.get(account) ?? new Maker(lotsHeld(state, account, symbol), sharesOf(state, account, symbol))
  makers.set(account, maker)
  return maker
}
