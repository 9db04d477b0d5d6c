/**
 * The instruments in the order in which one steps through them: favourites first, as they were starred, then all others
 * in the exchange's order. Prices do not change it, so that no row moves under a finger.
 */
export function watchlistOf<Listing extends { readonly symbol: string }>(
  listings: readonly Listing[],
  favourites: readonly string[],
): readonly Listing[] {
  const starred = favourites.flatMap((symbol) => listings.find((listing) => listing.symbol === symbol) ?? [])
  return [...starred, ...listings.filter((listing) => !starred.includes(listing))]
}
