interface Findable {
  readonly symbol: string
  readonly label: string
  readonly instrument: { readonly name: string; readonly sector: string }
}

/**
 * Instruments that match a search text: first those whose symbol starts with it, then those with a word of the name that
 * does, then those that contain it; favourites first among equals. Empty text: all.
 */
export function matching<Listing extends Findable>(
  listings: readonly Listing[],
  text: string,
  favourites: readonly string[] = [],
): Listing[] {
  const wanted = text.trim().toLowerCase()
  return listings
    .map((listing) => ({ listing, rank: rankOf(listing, wanted), isFavourite: favourites.includes(listing.symbol) }))
    .filter(({ rank }) => rank < 4)
    .sort((a, b) => a.rank - b.rank || Number(b.isFavourite) - Number(a.isFavourite))
    .map(({ listing }) => listing)
}

function rankOf({ symbol, label, instrument }: Findable, wanted: string): number {
  const names = [symbol, label].map((name) => name.toLowerCase())
  const name = instrument.name.toLowerCase()
  if (names.some((own) => own.startsWith(wanted))) return 0
  if (name.split(/[\s/]+/).some((word) => word.startsWith(wanted))) return 1
  if ([...names, name].some((own) => own.includes(wanted))) return 2
  return instrument.sector.toLowerCase().startsWith(wanted) ? 3 : 4
}
