import type { Instrument } from '@valiant/shared/protocol/market-data'
import { divideHalfUp, formatSteps, parseSteps, type Step, stepOf } from '@valiant/shared/units/decimal'

/** An instrument's grid: prices in ticks, quantities in lots, values in cents, all whole. */
export interface Scale {
  readonly tick: Step
  readonly lot: Step
  price(ticks: number): string
  qty(lots: number): string
  /** Whole ticks of a decimal string; undefined off the grid or when it is no decimal. */
  ticks(text: string): number | undefined
  /** Whole lots; a minus sign is a short position. */
  lots(text: string): number | undefined
  /** Value of so many lots at so many ticks in cents, half up; the sign is that of the lots. */
  valueCents(ticks: number, lots: number): bigint
}

export function scaleOf(instrument: Pick<Instrument, 'tickSize' | 'lotSize'>): Scale {
  const tick = stepOf(instrument.tickSize)
  const lot = stepOf(instrument.lotSize)
  const unit = BigInt(tick.unit) * BigInt(lot.unit)
  const places = tick.decimals + lot.decimals
  const cents = (steps: bigint) =>
    places <= 2 ? steps * unit * 10n ** BigInt(2 - places) : divideHalfUp(steps * unit, 10n ** BigInt(places - 2))
  return {
    tick,
    lot,
    price: (ticks) => formatSteps(ticks, tick),
    qty: (lots) => formatSteps(lots, lot),
    ticks: (text) => whole(text, tick),
    lots: (text) => signed(text, (digits) => whole(digits, lot)),
    valueCents: (ticks, lots) => {
      const value = cents(BigInt(ticks) * BigInt(Math.abs(lots)))
      return lots < 0 ? -value : value
    },
  }
}

export const CENT = stepOf('0.01')

/** Cents of a money string of the wire, signed. */
export const centsOf = (text: string): number => signed(text, (digits) => whole(digits, CENT)) ?? 0

function whole(text: string, step: Step): number | undefined {
  const parsed = parseSteps(text, step)
  return parsed.ok ? parsed.value : undefined
}

function signed(text: string, parse: (digits: string) => number | undefined): number | undefined {
  if (!text.startsWith('-')) return parse(text)
  const value = parse(text.slice(1))
  return value === undefined || value === 0 ? value : -value
}
