import { untrack } from 'svelte'
import type { Favourites } from '#lib/watchlist/favourites.svelte.ts'
import type { Listing } from './listing.svelte.ts'
import { matching } from './instrument-search.ts'

export type ListTab = 'favourites' | 'all' | 'equity' | 'coin' | 'currency'
export type SortColumn = 'name' | 'last' | 'change' | 'turnover'

/** What a column sorts by. */
function keyOf(listing: Listing, column: SortColumn): number {
  switch (column) {
    case 'name':
      return 0
    case 'last':
      return listing.last ?? 0
    case 'change':
      return listing.changePct ?? 0
    case 'turnover':
      return listing.turnover ?? 0
  }
}

/**
 * Which instruments the table shows, in which order. Rows are sorted when the visitor asks for it, not on each quote, so
 * that no row moves away under a finger.
 */
export class MarketList {
  readonly #listings: readonly Listing[]
  readonly #favourites: Favourites
  tab = $state<ListTab>('all')
  sector = $state<string | undefined>()
  text = $state('')
  column = $state<SortColumn>('turnover')
  descending = $state(true)

  readonly sectors: readonly string[]
  readonly rows = $derived.by(() => {
    const { column, descending, sector, tab } = this
    const shown = matching(this.#listings, this.text).filter(
      (listing) => this.#isIn(tab, listing) && (sector === undefined || listing.instrument.sector === sector),
    )
    const sign = descending ? -1 : 1
    return untrack(() =>
      shown.sort((a, b) =>
        column === 'name' ? sign * a.label.localeCompare(b.label) : sign * (keyOf(a, column) - keyOf(b, column)),
      ),
    )
  })

  constructor(listings: readonly Listing[], favourites: Favourites) {
    this.#listings = listings
    this.#favourites = favourites
    this.sectors = listings
      .map(({ instrument }) => instrument.sector)
      .filter((sector, index, all) => all.indexOf(sector) === index)
  }

  sortBy(column: SortColumn): void {
    this.descending = column === this.column ? !this.descending : column !== 'name'
    this.column = column
  }

  showAll(): void {
    this.tab = 'all'
    this.sector = undefined
    this.text = ''
  }

  #isIn(tab: ListTab, listing: Listing): boolean {
    if (tab === 'favourites') return this.#favourites.has(listing.symbol)
    return tab === 'all' || listing.instrument.assetClass === tab
  }
}
