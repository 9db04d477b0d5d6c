import type { Position as WirePosition } from '@valiant/shared/protocol/account'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import { markValueCents, MICRO_TICKS } from '../../engine/mark.ts'
import type { Position } from '../../engine/state.ts'
import { averagePrice, type WireInstrument } from './wire-instrument.ts'

interface PositionFigures {
  readonly markMicroTicks: number
  /** The mark price at which its account would be liquidated; undefined if there is none. */
  readonly liquidationTicks?: number | undefined
}

/** Converts a position to its wire format, valued at the mark price. An empty position has the average price 0. */
export function toWirePosition(
  position: Readonly<Position>,
  instrument: WireInstrument,
  { markMicroTicks, liquidationTicks }: PositionFigures,
): WirePosition {
  const { spec, tick, lot } = instrument
  const value = markValueCents(position.lots, markMicroTicks, spec.centsPerTickLot)
  // Cost and lots have the same sign, so their quotient is a price.
  const costPerTick = BigInt(Math.abs(position.lots)) * BigInt(spec.centsPerTickLot)
  return {
    symbol: position.symbol,
    qty: formatSteps(position.lots, lot),
    avgPrice:
      position.lots === 0
        ? averagePrice(0n, 1n, tick)
        : averagePrice(BigInt(Math.abs(position.costCents)), costPerTick, tick),
    markPrice: averagePrice(BigInt(markMicroTicks), BigInt(MICRO_TICKS), tick),
    value: formatCents(value),
    realizedPnl: formatCents(position.realizedCents),
    unrealizedPnl: formatCents(value - position.costCents),
    ...(liquidationTicks !== undefined && { liquidationPrice: formatSteps(liquidationTicks, tick) }),
  }
}
