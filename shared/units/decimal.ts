/**
 * Decimal strings and whole steps: prices are counted in ticks, quantities in lots, money in cents. All arithmetic is
 * exact and avoids floating point.
 */

/** Decimals on the wire: at most 12 digits before the point and 8 after; no sign, exponent or leading zeros. */
export const DECIMAL_PATTERN = /^(0|[1-9]\d{0,11})(\.\d{1,8})?$/

/** A step size as `unit` × 10^-`decimals`: "0.05" is { decimals: 2, unit: 5 }. */
export interface Step {
  readonly decimals: number
  readonly unit: number
}

/**
 * A number of whole steps, or the rule that the text breaks; `nearest` is the closest decimal that is a whole number of
 * steps.
 */
export type Parsed =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly rule: 'format' | 'step' | 'max'; readonly nearest?: string }

/**
 * @param size a decimal string such as "0.05", "1000"
 * @throws {RangeError} when it is not a positive decimal
 */
export function stepOf(size: string): Step {
  if (!DECIMAL_PATTERN.test(size)) throw new RangeError(`expected a decimal as step size, found ${size}`)
  const [whole = '', fraction = ''] = size.split('.')
  const trimmed = fraction.replace(/0+$/, '')
  const unit = Number(whole + trimmed)
  if (unit === 0 || !Number.isSafeInteger(unit)) throw new RangeError(`expected a positive step size, found ${size}`)
  return { decimals: trimmed.length, unit }
}

/** Parses a decimal string into a number of whole steps. */
export function parseSteps(text: string, step: Step): Parsed {
  if (!DECIMAL_PATTERN.test(text)) return { ok: false, rule: 'format' }
  const [whole = '', fraction = ''] = text.split('.')
  const places = Math.max(step.decimals, fraction.length)
  const scaled = BigInt(whole + fraction.padEnd(places, '0'))
  const unit = BigInt(step.unit) * 10n ** BigInt(places - step.decimals)
  const steps = scaled / unit
  if (steps * unit === scaled) {
    return steps <= BigInt(Number.MAX_SAFE_INTEGER) ? { ok: true, value: Number(steps) } : { ok: false, rule: 'max' }
  }
  const nearest = (scaled * 2n + unit) / (unit * 2n)
  if (nearest > BigInt(Number.MAX_SAFE_INTEGER)) return { ok: false, rule: 'max' }
  return { ok: false, rule: 'step', nearest: formatSteps(Number(nearest === 0n ? 1n : nearest), step) }
}

/** Formats a number of steps with exactly the step's decimals: 18432 ticks of 0.01 are "184.32". */
export function formatSteps(count: number, step: Step): string {
  const scaled = count * step.unit
  return Number.isSafeInteger(scaled)
    ? formatScaled(scaled, step.decimals)
    : formatScaled(BigInt(count) * BigInt(step.unit), step.decimals)
}

const POWERS_OF_TEN = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]

/** Formats an integer in units of 10^-decimals. */
export function formatScaled(scaled: number | bigint, decimals: number): string {
  const power = POWERS_OF_TEN[decimals]
  // Account frames contain many of these, and formatting two numbers is faster than slicing a string. It is exact: the
  // quotient of a safe integer is never rounded up to a whole number.
  if (typeof scaled === 'number' && decimals > 0 && power !== undefined) {
    const size = Math.abs(scaled)
    const whole = Math.floor(size / power)
    const text = `${whole}.${String(size - whole * power).padStart(decimals, '0')}`
    return scaled < 0 ? `-${text}` : text
  }
  const negative = scaled < 0
  const digits = (negative ? -scaled : scaled).toString().padStart(decimals + 1, '0')
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return negative ? `-${text}` : text
}

/** The shortest decimal of the same value: "10.50" is "10.5", "10.00" is "10". */
export const withoutTrailingZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/** Quotient of two non-negative integers, rounded half up. */
export const divideHalfUp = (numerator: bigint, denominator: bigint): bigint =>
  (numerator * 2n + denominator) / (denominator * 2n)
