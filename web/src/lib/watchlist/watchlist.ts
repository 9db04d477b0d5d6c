/**
 * The list of instruments in which one goes to the next: the starred ones first, in the order they were starred, then
 * all others in that of the exchange. No price changes it, so that no row moves under a finger.
 */
export function watchlistOf<Listing extends { readonly symbol: string }>(
  listings: readonly Listing[],
  favourites: readonly string[],
): readonly Listing[] {
  const starred = favourites.flatMap((symbol) => listings.find((listing) => listing.symbol === symbol) ?? [])
  return [...starred, ...listings.filter((listing) => !starred.includes(listing))]
}
