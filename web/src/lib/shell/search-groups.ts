import { matching } from '#lib/market/instrument-search.ts'

type Findable = Parameters<typeof matching>[0][number]

export interface SearchGroup<Listing> {
  /** Empty where there is only one group. */
  readonly title: string
  readonly listings: readonly Listing[]
}

/**
 * What the instrument switch offers. For empty text: recent instruments, then favourites, then all others, each once. For
 * any other text: the matches, best first, equals in that same order; no group without a match.
 */
export function searchGroups<Listing extends Findable>(
  listings: readonly Listing[],
  {
    text,
    recent,
    favourites,
  }: { readonly text: string; readonly recent: readonly string[]; readonly favourites: readonly string[] },
): SearchGroup<Listing>[] {
  if (text.trim() !== '') return filled([{ title: '', listings: matching(listings, text, [...recent, ...favourites]) }])
  const isRecent = ({ symbol }: Listing) => recent.includes(symbol)
  const isFavourite = ({ symbol }: Listing) => favourites.includes(symbol)
  const byAge = (a: Listing, b: Listing) => recent.indexOf(a.symbol) - recent.indexOf(b.symbol)
  const first = filled([
    { title: 'Recent', listings: listings.filter(isRecent).sort(byAge) },
    { title: 'Favourites', listings: listings.filter((one) => isFavourite(one) && !isRecent(one)) },
  ])
  const others = listings.filter((one) => !isRecent(one) && !isFavourite(one))
  return [...first, ...filled([{ title: first.length > 0 ? 'All' : '', listings: others }])]
}

const filled = <Listing>(groups: SearchGroup<Listing>[]) => groups.filter(({ listings }) => listings.length > 0)
