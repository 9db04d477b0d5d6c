import { age } from '#lib/ui/format.ts'

/** What a panel says of its prices where they are not those of a live market; undefined where they are. */
export function priceNote(
  { isStale, ageMs }: { readonly isStale: boolean; readonly ageMs: number },
  { isIndicative }: { readonly isIndicative: boolean },
): string | undefined {
  if (isStale) return `${age(ageMs)} old`
  return isIndicative ? 'Indicative' : undefined
}
