import { formatScaled, formatSteps, parseSteps, type Step } from '@valiant/shared/units/decimal'
import { notation } from '#lib/notation/current.ts'
import { decimalSign, grouped } from '#lib/ui/format.ts'

/*
 * A number field stores a plain decimal: typed text is parsed once, in the notation of that moment. Text that was
 * kept as typed would be another number as soon as the visitor chose another notation: "1.200" is 1200, or 1.2.
 */

/** Prefix of typed text that is no number, so that nothing later takes it for one. */
const UNREAD = '?'

/** Typed or pasted text as a field stores it: a plain decimal, or marked as no number, which no form accepts; empty stays empty. */
export function kept(typed: string): string {
  if (typed.trim() === '') return ''
  const inPoints = pointed(typed)
  return (inPoints === undefined ? undefined : plainDecimal(inPoints)) ?? UNREAD + typed
}

/** The stored value as a field with the focus shows it. */
export const forTyping = (text: string): string =>
  text.startsWith(UNREAD) ? text.slice(UNREAD.length) : text.replace('.', decimalSign())

/**
 * A number that was typed, with the signs of `1,234.56`. Undefined where a point groups nothing and stands where it would
 * in both of the other notations: it would be a guess whether a thousand times more or less was meant.
 */
function pointed(typed: string): string | undefined {
  const { numbers } = notation()
  if (numbers === 'point') return typed
  return numbers === 'space' && DOUBTFUL.test(bare(typed)) ? undefined : swapped(typed)
}

const DOUBTFUL = /^[1-9]\d{0,2}\.\d{3}[km]?$/i
const swapped = (typed: string) => bare(typed).replace(/[.,]/g, (sign) => (sign === '.' ? ',' : '.'))

/**
 * Why typed text with digits was not accepted: "1.200 could be 1 200 or 1,2", or how a number is written here. Undefined
 * if it was accepted, is empty, or has no digit.
 */
export function whyUnread(text: string): string | undefined {
  const typed = forTyping(text)
  if (!text.startsWith(UNREAD)) return undefined
  if (!DOUBTFUL.test(bare(typed))) return /\d/.test(typed) ? `Numbers are written ${grouped('1234.56')}` : undefined
  const [more, less] = [plainDecimal(swapped(typed)), plainDecimal(typed)]
  return `${bare(typed)} could be ${grouped(more ?? '')} or ${grouped(less ?? '')}`
}

/**
 * Stored text, or text typed in the default notation, as a plain decimal: "1,200" is 1200, "1.5k"
 * 1500, "2m" 2000000. A lone comma that can group nothing is a decimal comma: "184,3", "0,500". Undefined for what is no number.
 */
export function plainDecimal(text: string): string | undefined {
  const compact = bare(text)
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

/**
 * How a typed number was read if it is ambiguous: its only sign stands before three digits, or is the one
 * that groups and groups nothing. Undefined if it is not, and for text that is no number.
 */
export function readAs(typed: string): string | undefined {
  const plain = plainDecimal(kept(typed))
  const [, sign, after = ''] = /^\d*([.,])(\d*)[km]?$/i.exec(bare(typed)) ?? []
  if (plain === undefined || sign === undefined || (sign === decimalSign() && after.length !== 3)) return undefined
  const written = grouped(plain)
  return written === bare(typed) ? undefined : written
}

/** Steps of typed text; undefined for no number and off the grid. */
export function stepsOf(text: string, step: Step): number | undefined {
  const plain = plainDecimal(text)
  if (plain === undefined) return undefined
  const parsed = parseSteps(plain, step)
  return parsed.ok ? parsed.value : undefined
}

/** A typed number as its field shows it without the focus: with the step's decimals, grouped. Off the grid or no number: as typed. */
export function atRest(text: string, step: Step | undefined): string {
  const plain = plainDecimal(text)
  if (plain === undefined) return forTyping(text)
  const parsed = step && parseSteps(plain, step)
  return grouped(step && parsed?.ok ? formatSteps(parsed.value, step) : plain)
}

/** The text moved by whole steps; an empty field starts at `from`, a value off the grid goes to the nearest step first. */
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

const bare = (text: string) => text.replace(/[\s\u00a0\u202f_$]/g, '')
const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
