import { joined } from './joined.ts'

/** A page of a list, newest first. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string | undefined
}

/** A list that is fetched page by page when it is first looked at, and grows at its head as things happen. */
export class PagedList<Item> {
  items = $state.raw<readonly Item[]>([])
  state = $state.raw<'new' | 'loading' | 'ready' | 'failed'>('new')
  hasMore = $state.raw(false)
  readonly #fetch: (cursor: string | undefined) => Promise<Page<Item>>
  readonly #idOf: (item: Item) => string
  #cursor: string | undefined
  /** How often it was forgotten: an answer to what was asked before counts for nothing. */
  #forgotten = 0

  constructor(fetch: (cursor: string | undefined) => Promise<Page<Item>>, idOf: (item: Item) => string) {
    this.#fetch = fetch
    this.#idOf = idOf
  }

  /** Fetches the first page, once. */
  open(): void {
    if (this.state === 'new') void this.more()
  }

  /** The next page, or the first again after a failure. */
  async more(): Promise<void> {
    if (this.state === 'loading') return
    const forgotten = this.#forgotten
    this.state = 'loading'
    try {
      const page = await this.#fetch(this.#cursor)
      if (forgotten !== this.#forgotten) return
      this.items = joined(this.items, page.items, this.#idOf)
      this.#cursor = page.nextCursor
      this.hasMore = page.nextCursor !== undefined
      this.state = 'ready'
    } catch {
      if (forgotten === this.#forgotten) this.state = 'failed'
    }
  }

  /** From the newest again; the old stay until it is there. */
  async reload(): Promise<void> {
    if (this.state === 'new' || this.state === 'loading') return
    const forgotten = this.#forgotten
    try {
      const page = await this.#fetch(undefined)
      if (forgotten !== this.#forgotten) return
      this.items = page.items
      this.#cursor = page.nextCursor
      this.hasMore = page.nextCursor !== undefined
      this.state = 'ready'
    } catch {
      // What is shown stays; the next change asks again.
    }
  }

  /** It is somebody else's from here: as if it had never been looked at. */
  forget(): void {
    this.#forgotten++
    this.items = []
    this.#cursor = undefined
    this.hasMore = false
    this.state = 'new'
  }

  /** What just happened, newest first. */
  prepend(items: readonly Item[]): void {
    if (this.state === 'ready' && items.length > 0) this.items = joined(items, this.items, this.#idOf)
  }
}
