import { SETTINGS } from './config.ts'

const NAMES = Object.keys(SETTINGS.shape)
/** Nobody else's settings begin like this. */
const OUR_PREFIX = 'LIMIT_'
/** One slip in a short name is as often the name of something else. */
const LETTERS_PER_SLIP = 4
const SLIPS_MAX = 2

/**
 * Sentences about names in an environment that look like misspelled settings, which would otherwise have no effect in
 * silence. Most of an environment is for other programs: only names close to ours are mentioned, and never a value.
 */
export function misspelledSettings(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (NAMES.includes(name) || (value ?? '').trim() === '') return []
    const meant = meantBy(name.toUpperCase())
    return meant === undefined ? [] : [`${name} is no setting and has no effect. Did you mean ${meant}?`]
  })
}

function meantBy(name: string): string | undefined {
  const isOurs = name.startsWith(OUR_PREFIX)
  const begun = isOurs ? NAMES.find((known) => known.startsWith(name)) : undefined
  if (begun !== undefined) return begun
  const slips = NAMES.map((known) => ({ known, slips: slipsBetween(name, known) }))
  const nearest = slips.reduce((best, one) => (one.slips < best.slips ? one : best))
  if (isOurs) return nearest.known
  const allowed = Math.min(SLIPS_MAX, Math.floor(nearest.known.length / LETTERS_PER_SLIP))
  return nearest.slips <= allowed ? nearest.known : undefined
}

/** Letters that were added, left out, replaced, or swapped with their neighbor (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const at = (cells: readonly number[], index: number) => cells[index] ?? Infinity
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforeLast, j - 2) + 1 : Infinity,
        ),
      )
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[b.length] ?? 0
}
