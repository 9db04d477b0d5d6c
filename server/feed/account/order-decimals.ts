import type { AmendOrder } from '@valiant/shared/protocol/order'
import type { InvalidRule } from '@valiant/shared/protocol/errors'
import { AMOUNT_CENTS_MAX } from '@valiant/shared/protocol/limits'
import type { FieldFault } from '@valiant/shared/protocol/invalid'
import { formatSteps, parseSteps, type Step, stepOf } from '@valiant/shared/units/decimal'
import type { WireInstrument } from './wire-instrument.ts'

/** A decimal of a request as whole steps, or why it is invalid. */
export type Reading = number | FieldFault

export const isFault = (reading: object | number): reading is FieldFault =>
  typeof reading === 'object' && 'rule' in reading

/** The step and the bounds of a decimal. */
interface Grid {
  readonly step: Step
  /** The rule that a decimal between two steps violates. */
  readonly rule: InvalidRule
  readonly onStep: string
  readonly min: number
  readonly max: number
}

/** A hundredth of a percent. */
export const BASIS_POINT = stepOf('0.01')
const TRAIL_BPS_MAX = 9_999
const PERCENT: Grid = {
  ...{ step: BASIS_POINT, rule: 'format', onStep: 'a percentage of two decimals at most' },
  ...{ min: 1, max: TRAIL_BPS_MAX },
}

/** A quantity in lots, within the limits of an order. */
export const readLots = (field: string, text: string, { lot, spec }: WireInstrument): Reading => {
  const bounds = { min: spec.minLots, max: spec.maxLots }
  return readSteps(field, text, { step: lot, rule: 'lot', onStep: `a multiple of ${formatSteps(1, lot)}`, ...bounds })
}

/** The new total of an order that is being amended: at or below what is filled, the rest is canceled, so that 0 is allowed. */
const readTotalLots = (field: string, text: string, instrument: WireInstrument, filledLots: number): Reading => {
  const reading = readLots(field, text, instrument)
  if (!isFault(reading) || reading.rule !== 'min') return reading
  const total = parseSteps(text, instrument.lot)
  return total.ok && total.value <= filledLots ? total.value : reading
}

/** A price, or a distance between two prices, in ticks: from 1 to the highest price of a book. */
export const readTicks = (field: string, text: string, { tick, spec }: WireInstrument): Reading => {
  const bounds = { min: 1, max: spec.maxTicks }
  return readSteps(field, text, {
    step: tick,
    rule: 'tick',
    onStep: `a multiple of ${formatSteps(1, tick)}`,
    ...bounds,
  })
}

/** A percentage in basis points: "5" is 500. */
export const readTrailBps = (field: string, text: string): Reading => readSteps(field, text, PERCENT)

const CENTS: Grid = {
  ...{ step: stepOf('0.01'), rule: 'format', onStep: 'an amount of whole cents' },
  ...{ min: 1, max: AMOUNT_CENTS_MAX },
}

/** An amount of money, more than 0, in cents. */
export const readCents = (field: string, text: string): Reading => readSteps(field, text, CENTS)

function readSteps(field: string, text: string, { step, rule, onStep, min, max }: Grid): Reading {
  const parsed = parseSteps(text, step)
  const found = JSON.stringify(text)
  if (!parsed.ok && parsed.rule === 'format') {
    return { field, rule: 'format', expected: 'a decimal such as "101.25"', found }
  }
  if (!parsed.ok && parsed.rule === 'step') {
    const nearest = parseSteps(parsed.nearest ?? '', step)
    // A decimal that rounds to more digits than allowed is too large.
    const steps = nearest.ok ? Math.min(Math.max(nearest.value, min), max) : max
    return { field, rule, expected: onStep, found, nearest: formatSteps(steps, step) }
  }
  if (!parsed.ok || parsed.value > max) {
    return { field, rule: 'max', expected: `at most ${formatSteps(max, step)}`, found }
  }
  if (parsed.value < min) return { field, rule: 'min', expected: `at least ${formatSteps(min, step)}`, found }
  return parsed.value
}

/** The fields that an amend changes, with the engine's names; absent ones stay. */
interface Amendment {
  readonly lots?: number
  readonly limitTicks?: number
  readonly stopTicks?: number
  readonly trailTicks?: number
  readonly trailBps?: number
}
type AmendableField = 'qty' | 'limitPrice' | 'stopPrice' | 'trailAmount' | 'trailPercent'

/** The field of the request for each of the engine's names. */
export const WIRE_FIELD_OF: Readonly<Record<keyof Amendment, AmendableField>> = {
  lots: 'qty',
  limitTicks: 'limitPrice',
  stopTicks: 'stopPrice',
  trailTicks: 'trailAmount',
  trailBps: 'trailPercent',
}

/** Reads the decimals of an amend as whole steps of its order's instrument. @returns the first fault if there is any */
export function readAmendment(
  request: Readonly<Pick<AmendOrder, AmendableField>>,
  instrument: WireInstrument,
  { filledLots }: { readonly filledLots: number },
): Amendment | FieldFault {
  const readings = {
    lots: read('qty', (field, text) => readTotalLots(field, text, instrument, filledLots)),
    limitTicks: read('limitPrice', readTicks),
    stopTicks: read('stopPrice', readTicks),
    trailTicks: read('trailAmount', readTicks),
    trailBps: read('trailPercent', readTrailBps),
  }
  const fault = Object.values(readings).find((reading) => reading !== undefined && isFault(reading))
  if (fault !== undefined && isFault(fault)) return fault
  return Object.fromEntries(Object.entries(readings).filter(([, reading]) => reading !== undefined))

  function read(field: AmendableField, reader: typeof readLots): Reading | undefined {
    const text = request[field]
    return text === undefined ? undefined : reader(field, text, instrument)
  }
}
