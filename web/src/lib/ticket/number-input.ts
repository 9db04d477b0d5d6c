import { formatScaled, formatSteps, parseSteps, type Step } from '@valiant/shared/units/decimal'
import { notation } from '#lib/notation/current.ts'
import { decimalSign, grouped } from '#lib/ui/format.ts'

/*
 * What a number field keeps is a plain decimal: what was typed is read once, in the notation of that moment. Text that was
 * kept as typed would be another number as soon as the visitor chose another notation: "1.200" is 1200, or 1.2.
 */

/** Before what was typed and is no number, so that nothing later takes it for one. */
const UNREAD = '?'

/** What was typed or pasted, as a field keeps it: a plain decimal, or what is no number, which no form takes; empty stays so. */
export function kept(typed: string): string {
  if (typed.trim() === '') return ''
  const inPoints = pointed(typed)
  return (inPoints === undefined ? undefined : plainDecimal(inPoints)) ?? UNREAD + typed
}

/** What is kept, as a field shows it that is being typed in. */
export const forTyping = (text: string): string =>
  text.startsWith(UNREAD) ? text.slice(UNREAD.length) : text.replace('.', decimalSign())

/**
 * A number that was typed, with the signs of `1,234.56`. Undefined where a point groups nothing and stands where it would
 * in both of the others: whether it is a thousand times more or less is not for us to guess.
 */
function pointed(typed: string): string | undefined {
  const { numbers } = notation()
  if (numbers === 'point') return typed
  return numbers === 'space' && DOUBTFUL.test(bare(typed)) ? undefined : swapped(typed)
}

const DOUBTFUL = /^[1-9]\d{0,2}\.\d{3}[km]?$/i
const swapped = (typed: string) => bare(typed).replace(/[.,]/g, (sign) => (sign === '.' ? ',' : '.'))

/**
 * Why a field keeps no number, where something was typed that is one elsewhere: "1.200 could be 1 200 or 1,2", or how one
 * is written here. Undefined where it keeps one, or nothing, or what is no number anywhere.
 */
export function whyUnread(text: string): string | undefined {
  const typed = forTyping(text)
  if (!text.startsWith(UNREAD)) return undefined
  if (!DOUBTFUL.test(bare(typed))) {
    return plainDecimal(typed) === undefined ? undefined : `Numbers are written ${grouped('1234.56')}`
  }
  const [more, less] = [plainDecimal(swapped(typed)), plainDecimal(typed)]
  return `${bare(typed)} could be ${grouped(more ?? '')} or ${grouped(less ?? '')}`
}

/**
 * What a text that a field keeps, or somebody types in the usual notation, is as a plain decimal: "1,200" is 1200, "1.5k"
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
 * How a typed number was read, where it might have meant another: its one sign stands before three digits, or is the one
 * that groups and groups nothing. Undefined where it is written as it was read, and for what is no number.
 */
export function readAs(typed: string): string | undefined {
  const plain = plainDecimal(kept(typed))
  const [, sign, after = ''] = /^\d*([.,])(\d*)[km]?$/i.exec(bare(typed)) ?? []
  if (plain === undefined || sign === undefined || (sign === decimalSign() && after.length !== 3)) return undefined
  const written = grouped(plain)
  return written === bare(typed) ? undefined : written
}

/** Steps of a typed text, or undefined; off the grid too. */
export function stepsOf(text: string, step: Step): number | undefined {
  const plain = plainDecimal(text)
  if (plain === undefined) return undefined
  const parsed = parseSteps(plain, step)
  return parsed.ok ? parsed.value : undefined
}

/** A typed number as its field shows it once left: with the step's decimals, grouped; off the grid, and what is none, as typed. */
export function atRest(text: string, step: Step | undefined): string {
  const plain = plainDecimal(text)
  if (plain === undefined) return forTyping(text)
  const parsed = step && parseSteps(plain, step)
  return grouped(step && parsed?.ok ? formatSteps(parsed.value, step) : plain)
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

const bare = (text: string) => text.replace(/[\s\u00a0\u202f_$]/g, '')
const trimmed = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
