import { joined } from './joined.ts'

/** A page of a list, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string | undefined
}

type Step = 'more' | 'reload'

/** New items kept on top of what was fetched, before the list starts over at its first page. */
const NEW_ITEMS_MAX = 500

/**
 * A list that is fetched page by page once it is first shown, and grows at its head as things happen. It asks one thing
 * at a time, so that no page is missing between what "more" and "reload" fetch.
 */
export class PagedList<Item> {
  items = $state.raw<readonly Item[]>([])
  state = $state.raw<'new' | 'loading' | 'ready' | 'failed'>('new')
  hasMore = $state.raw(false)
  readonly #fetch: (cursor: string | undefined) => Promise<Page<Item>>
  readonly #idOf: (item: Item) => string
  #cursor: string | undefined
  /** Incremented by `forget`: answers to earlier requests are ignored. */
  #forgotten = 0
  #isAsking = false
  #waiting: Step[] = []
  /** Items that were prepended since the request that is under way: its answer may be older than they are. */
  #fresh: readonly Item[] = []
  #newItems = 0

  constructor(fetch: (cursor: string | undefined) => Promise<Page<Item>>, idOf: (item: Item) => string) {
    this.#fetch = fetch
    this.#idOf = idOf
  }

  /** Fetches the first page, once. */
  open(): void {
    if (this.state === 'new') void this.more()
  }

  /** Fetches the next page, or the first one again after a failure. */
  async more(): Promise<void> {
    if (this.state === 'loading') return
    this.state = 'loading'
    await this.#ask('more')
  }

  /** Fetches the newest page; what was fetched before stays, unless items between the two are missing. */
  async reload(): Promise<void> {
    if (this.state !== 'new') await this.#ask('reload')
  }

  /** Starts over for another account, as if the list had never been shown. */
  forget(): void {
    this.#forgotten++
    this.#isAsking = false
    this.#waiting = []
    this.#fresh = []
    this.#newItems = 0
    this.items = []
    this.#cursor = undefined
    this.hasMore = false
    this.state = 'new'
  }

  /** Adds what has just happened, newest first. */
  prepend(items: readonly Item[]): void {
    if (this.state === 'new' || items.length === 0) return
    if (this.#isAsking) this.#fresh = this.#join(items, this.#fresh)
    if (this.items.length === 0 && this.state !== 'ready') return
    this.items = this.#join(items, this.items)
    this.#newItems += items.length
    if (this.#newItems > NEW_ITEMS_MAX) void this.reload()
  }

  /** Asks for this once what is under way has been answered. */
  async #ask(step: Step): Promise<void> {
    if (!this.#waiting.includes(step)) this.#waiting.push(step)
    if (this.#isAsking) return
    this.#isAsking = true
    const forgotten = this.#forgotten
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#fresh = []
      try {
        const page = await this.#fetch(next === 'more' ? this.#cursor : undefined)
        if (forgotten !== this.#forgotten) return
        if (next === 'more') this.#append(page)
        else this.#renew(page)
      } catch {
        if (forgotten !== this.#forgotten) return
        // After a failed reload what is shown stays; the next change asks again.
        if (next === 'more') this.state = 'failed'
      }
    }
    this.#isAsking = false
  }

  #append(page: Page<Item>): void {
    this.items = this.#join(this.#fresh, this.#join(this.items, page.items))
    this.#goOn(page)
    this.state = 'ready'
  }

  #renew(page: Page<Item>): void {
    const known = this.items.map(this.#idOf)
    const knowsItsPlace = this.#cursor !== undefined || !this.hasMore
    const meets = page.nextCursor === undefined || page.items.some((item) => known.includes(this.#idOf(item)))
    if (knowsItsPlace && meets && this.#newItems <= NEW_ITEMS_MAX) {
      this.items = this.#join(this.#fresh, this.#join(page.items, this.items))
    } else {
      this.items = this.#join(this.#fresh, page.items)
      this.#newItems = this.#fresh.length
      this.#goOn(page)
    }
    if (this.state === 'failed') this.state = 'ready'
  }

  #goOn({ nextCursor }: Page<Item>): void {
    this.#cursor = nextCursor
    this.hasMore = nextCursor !== undefined
  }

  #join(first: readonly Item[], rest: readonly Item[]): readonly Item[] {
    return joined(first, rest, this.#idOf)
  }
}
