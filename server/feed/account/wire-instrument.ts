import type { Step } from '@valiant/shared/units/decimal'
import { divideHalfUp, formatScaled } from '@valiant/shared/units/decimal'
import type { InstrumentSpec } from '../../engine/instrument.ts'

/** What the converters must know of an instrument; a ListedInstrument is one. */
export interface WireInstrument {
  readonly spec: InstrumentSpec
  readonly tick: Step
  readonly lot: Step
}

/** An average price has the tick's decimals and so many more. */
const AVERAGE_DECIMALS = 4

/**
 * A price of a fraction of ticks, `numerator` ÷ `denominator`, with the tick's decimals and four more, half up.
 * @param numerator 0 or more
 * @param denominator more than 0
 */
export function averagePrice(numerator: bigint, denominator: bigint, tick: Step): string {
  const scaled = divideHalfUp(numerator * BigInt(tick.unit) * 10n ** BigInt(AVERAGE_DECIMALS), denominator)
  return formatScaled(scaled, tick.decimals + AVERAGE_DECIMALS)
}
