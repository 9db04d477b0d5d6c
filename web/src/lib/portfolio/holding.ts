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

/** The market of an instrument. */
export interface Quoted {
  readonly tick: Step
  readonly touch: Pick<Touch, 'bidTicks' | 'askTicks' | 'lastTicks'> | undefined
}

/**
 * Values a position as the exchange does (docs/trading-rules.md, 8), but at the current mid instead of the mark.
 * Without a market, the last value from the exchange.
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
 * Equity: cash and positions. As on the exchange each position is rounded separately, so that the sum is that of
 * the figures on screen.
 * @param cash in wire format
 */
export const equityCentsOf = (cash: string, holdings: readonly Holding[]): bigint =>
  centsOf(cash) + sum(holdings.map(({ valueCents }) => valueCents))

/** Rounded half away from zero. */
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
