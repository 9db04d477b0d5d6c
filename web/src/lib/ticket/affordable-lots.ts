import type { Level } from '@valiant/shared/protocol/market-data'
import { type Draft, hasLimit } from './draft.ts'
import { PERCENT_STEP } from './check.ts'
import { stepsOf } from './number-input.ts'
import { percentOf } from './percent-sizing.ts'
import { centsOf, type Scale } from './scale.ts'
import type { Surroundings } from './surroundings.ts'

/** The fields of an order that its cost depends on. */
export type Priced = Pick<Draft, 'side' | 'type' | 'priceText' | 'stopText' | 'trailText' | 'trailUnit'>
type Around = Pick<Surroundings, 'account' | 'instrument' | 'scale' | 'book' | 'lastTicks'>

const BPS = 10_000
/** Rates may have decimals: they are counted in hundredths of a basis point. */
const RATE_UNIT = 1_000_000
/** Part of the money is left out, because mark, mid and last trade may move before the order arrives. */
const LEFT_OUT_PERMILLE = 5n

/**
 * Lots that a percentage of the buying power pays for, by the sums with which the exchange checks an order
 * (docs/trading-rules.md, 4 and 8): at its limit or trigger, or down the book for a market order.
 */
export function affordableLots(order: Priced, percent: number, around: Around): number {
  const { account, instrument, scale, book } = around
  const isMargin = account?.account.mode === 'margin'
  const powerCents = BigInt(Math.max(0, centsOf(account?.account.buyingPower ?? '0.00')))
  const moves = isMargin || order.type === 'trailing_stop'
  const mostCents = moves ? (powerCents * (1_000n - LEFT_OUT_PERMILLE)) / 1_000n : powerCents
  const shareCents = percentOf(powerCents, percent)
  const ticks = costTicks(order, around)
  const offers: readonly Level[] = ticks === undefined ? offersTo(order, book) : [[ticks, Number.MAX_SAFE_INTEGER]]
  const costOf = isMargin ? marginCost(order, around) : cashCost(around)
  const lots = lotsWithin(shareCents < mostCents ? shareCents : mostCents, offers, costOf)
  return Math.min(lots, scale.lots(instrument.maxQty) ?? lots)
}

const offersTo = ({ side }: Priced, { bids, asks }: Around['book']): readonly Level[] => (side === 'sell' ? bids : asks)

/** The price at which the exchange checks the order; undefined where it walks the book, or none is typed. */
function costTicks(order: Priced, around: Around): number | undefined {
  const { scale, account } = around
  if (hasLimit(order)) return stepsOf(order.priceText, scale.tick) || undefined
  if (order.type === 'market') return undefined
  const trigger =
    order.type === 'stop' ? stepsOf(order.stopText, scale.tick) || undefined : trailingTrigger(order, around)
  if (trigger === undefined || account?.account.mode === 'margin') return trigger
  // A triggered order has no limit: a cash account holds enough for a fill at the end of the band.
  return Math.ceil((trigger * (BPS + around.instrument.priceBandBps)) / BPS)
}

/** Where a trailing stop placed now would trigger; without a trail, the last trade. */
function trailingTrigger({ side, trailText, trailUnit }: Priced, { scale, lastTicks }: Around): number | undefined {
  const typed = stepsOf(trailText, trailUnit === 'percent' ? PERCENT_STEP : scale.tick) ?? 0
  const trail = trailUnit === 'percent' ? Math.floor((lastTicks * typed) / BPS) : typed
  if (lastTicks === 0) return undefined
  return side === 'buy' ? lastTicks + trail : Math.max(1, lastTicks - trail)
}

/** The cost of a lot at a price, exact, in 1 / (2 × RATE_UNIT) of a cent: the middle of the market may be half a tick. */
type CostOf = (ticks: number) => bigint

const CENT = 2n * BigInt(RATE_UNIT)
const rateOf = (bps: number): bigint => BigInt(Math.round((bps * RATE_UNIT) / BPS))
const centsPerTickLot = (scale: Scale): bigint => scale.valueCents(1, 1)

function cashCost({ instrument, scale }: Around): CostOf {
  const rate = BigInt(RATE_UNIT) + rateOf(instrument.takerBps)
  return (ticks) => 2n * BigInt(ticks) * rate * centsPerTickLot(scale)
}

/** The margin at the middle of the market, the fee, and what the price is worse than the middle, which is a loss at once. */
function marginCost({ side }: Priced, { instrument, scale, book }: Around): CostOf {
  const bid = book.bids[0]?.[0] ?? 0
  const ask = book.asks[0]?.[0] ?? 0
  const midHalfTicks = bid > 0 && ask > 0 ? bid + ask : 2 * Math.max(bid, ask)
  const marginRate = rateOf(instrument.initialMarginBps)
  const feeRate = rateOf(instrument.takerBps)
  return (ticks) => {
    const worse = side === 'buy' ? 2 * ticks - midHalfTicks : midHalfTicks - 2 * ticks
    const loss = BigInt(Math.max(0, worse) * RATE_UNIT)
    return (BigInt(midHalfTicks) * marginRate + 2n * BigInt(ticks) * feeRate + loss) * centsPerTickLot(scale)
  }
}

function lotsWithin(budgetCents: bigint, offers: readonly Level[], costOf: CostOf): number {
  let left = budgetCents * CENT
  let lots = 0
  for (const [ticks, available] of offers) {
    const cost = costOf(ticks)
    if (cost === 0n) break
    const payable = left / cost
    const some = payable < BigInt(available) ? Number(payable) : available
    lots += some
    left -= BigInt(some) * cost
    if (some < available) break
  }
  return lots
}
