import { formatSteps, parseSteps, type Step } from '@valiant/shared/units/decimal'
import { capitalized, grouped } from '#lib/ui/format.ts'
import { whyUnread, plainDecimal } from './number-input.ts'

/** What was typed as whole steps above 0, or what was expected instead, in the same words in every form. */
export type Counted = { readonly ok: true; readonly steps: number } | { readonly ok: false; readonly missing: string }

interface Wanted {
  /** "stop price" */
  readonly name: string
  readonly step: Step
  /** "%" */
  readonly unit?: string
}

export function counted(text: string, { name, step, unit = '' }: Wanted): Counted {
  const plain = plainDecimal(text)
  if (plain === undefined) return not(whyUnread(text) ?? `Enter a ${name}`)
  const subject = capitalized(name)
  if (isTooLarge(plain, step)) return not(`${subject} stays below ${grouped(String(largest(step)))}${unit}`)
  const parsed = parseSteps(plain, step)
  if (!parsed.ok) return not(`${subject} goes in steps of ${grouped(formatSteps(1, step))}${unit}`)
  return parsed.value === 0 ? not(`Enter a ${name} above 0`) : { ok: true, steps: parsed.value }
}

/** Whether a number is too large to count in these steps, or to send: that is another error than being off the grid. */
export const isTooLarge = (plain: string, step: Step): boolean => BigInt(plain.split('.')[0] ?? '0') >= largest(step)

/** The wire has 12 digits before the point. */
const WIRE_MAX = 1_000_000_000_000n

function largest({ unit, decimals }: Step): bigint {
  const countable = (BigInt(Number.MAX_SAFE_INTEGER) * BigInt(unit)) / 10n ** BigInt(decimals)
  return countable < WIRE_MAX ? countable : WIRE_MAX
}

const not = (missing: string): Counted => ({ ok: false, missing })
