import type { Position } from '@valiant/shared/protocol/account'
import type { Step } from '@valiant/shared/units/decimal'
import type { Touch } from '#lib/market/listing.svelte.ts'
import { centsOf, sizeOf, sum } from './money.ts'

/** A position at the market of this moment, in whole cents. */
export interface Holding {
  readonly symbol: string
  /** Signed: negative is short. */
  readonly qty: string
  readonly valueCents: bigint
  readonly realizedCents: bigint
  readonly unrealizedCents: bigint
}

/** Where an instrument's market stands. */
export interface Quoted {
  readonly tick: Step
  readonly touch: Pick<Touch, 'bidTicks' | 'askTicks' | 'lastTicks'> | undefined
}

/**
 * The sum that the exchange does for a position (docs/trading-rules.md, 8), at the mid of this moment instead of the mark.
 * Without a market it is worth what the exchange last said.
 */
export function holdingOf(position: Position, market: Quoted | undefined): Holding {
  const toldCents = centsOf(position.value)
  const valueCents = (market && midValueCents(position.qty, market)) ?? toldCents
  return {
    symbol: position.symbol,
    qty: position.qty,
    valueCents,
    realizedCents: centsOf(position.realizedPnl),
    // What it cost: the difference of two figures that the exchange gives to the cent.
    unrealizedCents: valueCents - (toldCents - centsOf(position.unrealizedPnl)),
  }
}

/**
 * What an account is worth: its cash and what it holds. As at the exchange, every position is rounded by itself: the sum is of
 * what the screens show.
 * @param cash as the wire writes it
 */
export const equityCentsOf = (cash: string, holdings: readonly Holding[]): bigint =>
  centsOf(cash) + sum(holdings.map(({ valueCents }) => valueCents))

/** Rounded half up by size. */
function midValueCents(qty: string, { tick, touch }: Quoted): bigint | undefined {
  if (!touch) return undefined
  const { bidTicks, askTicks, lastTicks } = touch
  const halfTicks = bidTicks && askTicks ? bidTicks + askTicks : 2 * lastTicks
  if (halfTicks === 0) return undefined
  const [whole = '', fraction = ''] = qty.split('.')
  const scaled = BigInt(whole + fraction)
  const cents = sizeOf(scaled) * BigInt(halfTicks) * BigInt(tick.unit) * 100n
  const per = 2n * 10n ** BigInt(fraction.length + tick.decimals)
  const rounded = (2n * cents + per) / (2n * per)
  return scaled < 0n ? -rounded : rounded
}
