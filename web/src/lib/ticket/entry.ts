import { formatScaled, formatSteps, parseSteps, type Step } from '@valiant/shared/units/decimal'
import { grouped } from '#lib/ui/format.ts'

/**
 * What was typed or pasted into a number field as a plain decimal: "1,200" is 1200, "1.5k" 1500, "2m" 2000000.
 * A lone comma that can group nothing is a decimal comma: "184,3", "0,500". Undefined for what is no number.
 */
export function plainDecimal(text: string): string | undefined {
  const compact = text.replace(/[\s\u00a0\u202f_$]/g, '')
  const match = /^([1-9]\d{0,2}(?:,\d{3})+|\d*)(?:[.,](\d*))?([km])?$/i.exec(compact)
  if (!match || compact === '' || compact === '.' || compact === ',') return undefined
  const [, whole = '', fraction = '', suffix = ''] = match
  if (whole + fraction === '') return undefined
  const digits = whole.replaceAll(',', '')
  const shift = { '': 0, k: 3, m: 6 }[suffix.toLowerCase()] ?? 0
  const scaled = BigInt(digits + fraction.padEnd(Math.max(fraction.length, shift), '0'))
  const decimals = Math.max(fraction.length, shift) - shift
  return trimmed(formatScaled(scaled, decimals))
}

/** Steps of a typed text, or undefined; off the grid too. */
export function stepsOf(text: string, step: Step): number | undefined {
  const plain = plainDecimal(text)
  if (plain === undefined) return undefined
  const parsed = parseSteps(plain, step)
  return parsed.ok ? parsed.value : undefined
}

/** A typed number as its field shows it once left: with the step's decimals, grouped; off the grid, and what is none, as typed. */
export function atRest(text: string, step: Step): string {
  const plain = plainDecimal(text)
  if (plain === undefined) return text
  const parsed = parseSteps(plain, step)
  return grouped(parsed.ok ? formatSteps(parsed.value, step) : plain)
}

/** The text moved by whole steps; an empty field starts at `from`, one off the grid goes to the nearest first. */
export function stepped(text: string, step: Step, by: number, from: number): string {
  const plain = plainDecimal(text)
  if (plain === undefined) return formatSteps(Math.max(0, from), step)
  const parsed = parseSteps(plain, step)
  if (parsed.ok) return formatSteps(Math.max(0, parsed.value + by), step)
  const nearest = parsed.nearest === undefined ? undefined : parseSteps(parsed.nearest, step)
  return formatSteps(nearest?.ok ? nearest.value : Math.max(0, from), step)
}

/** How far a key moves a number field, in steps; 0 for keys that do not. */
export function stepsOfKey(key: string, shift: boolean): number {
  switch (key) {
    case 'ArrowUp':
      return shift ? 10 : 1
    case 'ArrowDown':
      return shift ? -10 : -1
    case 'PageUp':
      return 100
    case 'PageDown':
      return -100
    default:
      return 0
  }
}

const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
