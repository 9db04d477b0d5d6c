import type { Client } from '@valiant/shared/client/client'
import { BOOK_DEPTH_DEFAULT } from '@valiant/shared/protocol/limits'
import type { BookDepth, BookFrame } from '@valiant/shared/protocol/market-data'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import { type BookTab, BookView } from './book-view.svelte.ts'
import type { Grouping } from './levels.ts'

/** A depth chart and a grouped ladder need more levels than a ladder has room for. */
const depthFor = (tab: BookTab, grouping: Grouping): BookDepth =>
  tab === 'depth' || grouping > 1 ? 100 : BOOK_DEPTH_DEFAULT

const UNNOTICED_MS = 200

/** One instrument's book, subscribed to as deep as the panel shows it, and updated once per painted frame. */
export class BookFeed {
  readonly view: BookView
  tab = $state.raw<BookTab>('book')
  /** Multiples of the tick by which the ladder is grouped. */
  grouping = $state.raw<Grouping>(1)
  /** Frames are missing, and the whole book has not come yet. */
  isOutOfStep = $state.raw(false)
  readonly #symbol: string
  readonly #states: OnceAFrame<Parameters<BookView['show']>[0]>
  #client: Client | undefined
  #leave = () => {}
  #waiting: ReturnType<typeof setTimeout> | undefined

  constructor(symbol: string, snapshot: BookFrame | undefined) {
    this.#symbol = symbol
    this.view = new BookView(snapshot)
    this.#states = new OnceAFrame((states) => {
      const newest = states.at(-1)
      if (!newest) return
      this.view.show(newest)
      this.#setInStep()
    })
  }

  /** @returns ends it */
  follow(client: Client): () => void {
    this.#client = client
    this.#subscribe()
    return () => {
      this.#leave()
      this.#states.stop()
      this.#setInStep()
    }
  }

  show(tab: BookTab): void {
    this.tab = tab
    this.#subscribe()
  }

  group(grouping: Grouping): void {
    const before = depthFor(this.tab, this.grouping)
    this.grouping = grouping
    if (depthFor(this.tab, grouping) !== before) this.#subscribe()
  }

  /** Subscribes to the new depth before it leaves the old one, so that there is always a subscription. */
  #subscribe(): void {
    if (!this.#client) return
    const leave = this.#leave
    const depth = depthFor(this.tab, this.grouping)
    this.#leave = this.#client.book(
      this.#symbol,
      depth,
      (state) => this.#states.add(state),
      () => this.#awaitWhole(),
    )
    leave()
  }

  /** The whole book usually comes sooner than anyone could read that it is missing. */
  #awaitWhole(): void {
    this.#waiting ??= setTimeout(() => (this.isOutOfStep = true), UNNOTICED_MS)
  }

  #setInStep(): void {
    clearTimeout(this.#waiting)
    this.#waiting = undefined
    this.isOutOfStep = false
  }
}
