import type { Step } from '@valiant/shared/units/decimal'
import { divideHalfUp, formatScaled } from '@valiant/shared/units/decimal'
import type { InstrumentSpec } from '../../engine/instrument.ts'

/** The parts of a ListedInstrument that the converters need. */
export interface WireInstrument {
  readonly spec: InstrumentSpec
  readonly tick: Step
  readonly lot: Step
}

/** Decimals of an average price beyond those of the tick. */
const AVERAGE_DECIMALS = 4

/**
 * The price of `numerator` ÷ `denominator` ticks, with four decimals more than the tick, rounded half up.
 * @param numerator 0 or more
 * @param denominator more than 0
 */
export function averagePrice(numerator: bigint, denominator: bigint, tick: Step): string {
  const scaled = divideHalfUp(numerator * BigInt(tick.unit) * 10n ** BigInt(AVERAGE_DECIMALS), denominator)
  return formatScaled(scaled, tick.decimals + AVERAGE_DECIMALS)
}
