import { age } from '#lib/ui/format.ts'

/** A panel's caveat on its prices; undefined while the market is live. */
export function priceNote(
  { isStale, ageMs }: { readonly isStale: boolean; readonly ageMs: number },
  { isIndicative }: { readonly isIndicative: boolean },
): string | undefined {
  if (isStale) return `${age(ageMs)} old`
  return isIndicative ? 'Indicative' : undefined
}
