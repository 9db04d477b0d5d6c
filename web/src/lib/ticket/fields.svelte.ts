import { formatScaled } from '@valiant/shared/units/decimal'
import { affordableLots, type Priced } from './affordable-lots.ts'
import { reservedLots, shortLots } from './reserved-lots.ts'
import { checked, PERCENT_STEP } from './check.ts'
import { type Draft, EMPTY_DRAFT, hasLimit, hasStop, lotsOf } from './draft.ts'
import { stepped, stepsOf } from './number-input.ts'
import type { Shorting } from './sentences.ts'
import { nextPercent, type Percent, percentOf } from './percent-sizing.ts'
import type { Surroundings } from './surroundings.ts'

/** The fields of a ticket, and the order they make. */
export class Fields {
  draft = $state.raw<Draft>(EMPTY_DRAFT)
  percent = $state.raw<Percent | undefined>()
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
    const best = around.book.bids[0]?.[0]
    if (best !== undefined) this.draft = { ...EMPTY_DRAFT, priceText: around.scale.price(best) }
  }

  readonly side = $derived(this.draft.side)
  readonly type = $derived(this.draft.type)
  readonly touchTicks = $derived.by(() => {
    const { bids, asks } = this.#around.book
    return (this.side === 'buy' ? asks : bids)[0]?.[0] ?? 0
  })
  readonly isMargin = $derived.by(() => this.#around.account?.account.mode === 'margin')
  readonly positionLots = $derived.by(() => {
    const { account, instrument, scale } = this.#around
    const held = account?.positions.find(({ symbol }) => symbol === instrument.symbol)
    return held ? (scale.lots(held.qty) ?? 0) : 0
  })
  /** Only an order that may open a position has exits: not a sale of a cash account, not a reduce-only order. */
  readonly mayHaveExits = $derived(!this.draft.reduceOnly && (this.side === 'buy' || this.isMargin))
  readonly check = $derived.by(() => {
    const { instrument, scale } = this.#around
    const { touchTicks, mayHaveExits } = this
    return checked(this.draft, { instrument, scale, touchTicks, mayHaveExits, nowMs: this.#around.serverNow() })
  })
  /** The price it is valued at while incomplete: its limit, its trigger, or the touch. */
  readonly pricingTicks = $derived(this.#typedTicks() ?? this.touchTicks)
  readonly typedLots = $derived.by(() => lotsOf(this.draft, this.#around.scale, this.pricingTicks))
  /** The order as text, to tell answers to it from older ones. */
  readonly key = $derived(this.check.ok ? JSON.stringify(this.check.content) : '')
  readonly shorting = $derived.by((): Shorting | undefined => {
    if (!this.check.ok || !this.isMargin || this.side !== 'sell' || this.draft.reduceOnly) return undefined
    const lots = shortLots(this.positionLots, this.check.lots)
    return lots === 0 ? undefined : { shortQty: this.#around.scale.qty(lots), isWhole: lots === this.check.lots }
  })
  /** What the percentages refer to: the position on the closing side, otherwise the money. */
  readonly percentBase = $derived(this.#closesLots() > 0 ? 'your position' : 'buying power')

  /** A cash account can only sell what it holds. */
  readonly hasNothingToSell = $derived(this.side === 'sell' && !this.isMargin && this.#closesLots() === 0)

  edit(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change }
    if (change.qtyText !== undefined || change.side !== undefined) this.percent = undefined
  }

  /** A click in the book sets the limit, or a stop's trigger, with Shift also the quantity down to it; a type without a price becomes a limit order. */
  pick(ticks: number, lots: number | undefined): Partial<Draft> {
    const { scale } = this.#around
    return {
      ...(this.type === 'stop'
        ? { stopText: scale.price(ticks) }
        : { ...(hasLimit(this.draft) ? {} : { type: 'limit' }), priceText: scale.price(ticks) }),
      ...(lots === undefined ? {} : { qtyText: scale.qty(lots), unit: 'qty' }),
    }
  }

  /** Arrow keys move the price by ticks. */
  steppedPrice(by: number): Partial<Draft> | undefined {
    const { scale, book } = this.#around
    const from = book.bids[0]?.[0] ?? 0
    if (hasLimit(this.draft)) return { priceText: stepped(this.draft.priceText, scale.tick, by, from) }
    if (hasStop(this.draft)) return { stopText: stepped(this.draft.stopText, scale.tick, by, from) }
    return undefined
  }

  percentAfter(by: 1 | -1): Percent {
    return nextPercent(this.percent, by)
  }

  /** That percentage of the position this side closes, or of the money. */
  qtyOfPercent(percent: Percent): string {
    const closing = this.#closesLots()
    const { scale } = this.#around
    if (closing > 0) return scale.qty(Number(percentOf(BigInt(closing), percent)))
    return scale.qty(this.hasNothingToSell ? 0 : this.affordableLots(percent))
  }

  /** The same quantity in the other unit. */
  otherUnit(): Partial<Draft> {
    const { scale } = this.#around
    const unit = this.draft.unit === 'qty' ? 'money' : 'qty'
    const [ticks, lots] = [this.pricingTicks, this.typedLots]
    if (!lots) return { unit, qtyText: '' }
    return { unit, qtyText: unit === 'qty' ? scale.qty(lots) : formatScaled(scale.valueCents(ticks, lots), 2) }
  }

  /** The same trail in the other unit, at the current market. */
  otherTrail(): Partial<Draft> {
    const { scale } = this.#around
    const { trailText, trailUnit } = this.draft
    const touch = this.touchTicks
    if (trailUnit === 'amount') {
      const ticks = stepsOf(trailText, scale.tick)
      const bps = ticks === undefined || touch === 0 ? undefined : Math.round((ticks / touch) * 10_000)
      return { trailUnit: 'percent', trailText: bps ? formatScaled(BigInt(bps), 2) : '' }
    }
    const bps = stepsOf(trailText, PERCENT_STEP)
    const ticks = bps === undefined ? undefined : Math.round((bps * touch) / 10_000)
    return { trailUnit: 'amount', trailText: ticks ? scale.price(ticks) : '' }
  }

  /** Lots that a percentage of the buying power pays for, of the typed order or of another one. */
  affordableLots(percent: number, order: Priced = this.draft): number {
    return affordableLots(order, percent, this.#around)
  }

  /** Lots of the position this side may close: those held less those that open orders bind. */
  #closesLots(): number {
    const { account, instrument, scale } = this.#around
    const size = this.side === 'sell' ? this.positionLots : -this.positionLots
    if (size <= 0) return 0
    const of = { symbol: instrument.symbol, side: this.side, onlyReducing: this.isMargin }
    return Math.max(0, size - reservedLots(account?.openOrders ?? [], of, scale))
  }

  /** The typed price, if the type has one and it is complete. */
  #typedTicks(): number | undefined {
    const { priceText, stopText } = this.draft
    const text = hasLimit(this.draft) ? priceText : hasStop(this.draft) ? stopText : ''
    return stepsOf(text, this.#around.scale.tick) || undefined
  }
}
