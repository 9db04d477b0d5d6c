import { joined } from '#lib/positions/joined.ts'
import type { Page } from '#lib/positions/paged-list.svelte.ts'

/** Older items are not kept here: the lists show them page by page. */
const ITEMS_MAX = 2_000

/** The newest items of a list without gaps, as many as the figures need, up to a bound. */
export class RecentItems<Item> {
  /** Newest first. */
  items = $state.raw<readonly Item[]>([])
  /** There are no older items. */
  isWhole = $state.raw(false)
  hasFailed = $state.raw(false)
  readonly #fetch: (cursor: string | undefined) => Promise<Page<Item>>
  readonly #idOf: (item: Item) => string
  #cursor: string | undefined
  #isFilling = false
  /** How often the list has started over: a page requested before that does not belong to it. */
  #restarts = 0
  #isKnown = false

  constructor(
    fetch: (cursor: string | undefined) => Promise<Page<Item>>,
    idOf: (item: Item) => string,
    seed: Page<Item> | undefined,
  ) {
    this.#fetch = fetch
    this.#idOf = idOf
    if (seed) this.#append(seed)
  }

  /** Fetches what is missing at its end, up to the bound. */
  async fill(): Promise<void> {
    if (this.#isFilling) return
    this.#isFilling = true
    this.hasFailed = false
    try {
      while (!this.isWhole && this.items.length < ITEMS_MAX) {
        const restarts = this.#restarts
        const page = await this.#fetch(this.#cursor)
        if (restarts === this.#restarts) this.#append(page)
      }
    } catch {
      this.hasFailed = true
    } finally {
      this.#isFilling = false
    }
  }

  /** Fetches what happened while no frames came: the newest page, or everything if that leaves a gap. */
  async refresh(): Promise<void> {
    if (!this.#isKnown) return this.fill()
    try {
      const page = await this.#fetch(undefined)
      const newest = this.items[0] && this.#idOf(this.items[0])
      const meets = page.nextCursor === undefined || page.items.some((item) => this.#idOf(item) === newest)
      if (meets) {
        this.prepend(page.items)
        await this.fill()
      } else {
        this.#restarts += 1
        this.items = []
        this.isWhole = false
        this.#append(page)
        await this.fill()
      }
    } catch {
      // What is shown stays; the next change retries.
    }
  }

  /** Adds new items, newest first. */
  prepend(items: readonly Item[]): void {
    if (!this.#isKnown) return
    const all = joined(items, this.items, this.#idOf)
    this.items = all.slice(0, ITEMS_MAX)
    if (all.length > ITEMS_MAX) this.isWhole = false
  }

  #append({ items, nextCursor }: Page<Item>): void {
    this.items = joined(this.items, items, this.#idOf)
    this.#cursor = nextCursor
    this.isWhole = nextCursor === undefined
    this.#isKnown = true
  }
}
