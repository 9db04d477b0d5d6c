import type { BookState } from '@valiant/shared/client/book-mirror'
import { BOOK_DEPTH_DEFAULT } from '@valiant/shared/protocol/limits'
import type { BookFrame, Level } from '@valiant/shared/protocol/market-data'

/** One symbol's book as the page shows it; the client's mirror keeps it whole and in sequence. */
export class BookView {
  bids = $state.raw<readonly Level[]>([])
  asks = $state.raw<readonly Level[]>([])
  /** The most levels a side can have here; a side with fewer is complete. */
  levelsMax = $state.raw<number>(BOOK_DEPTH_DEFAULT)
  /** Market time of the last state; 0 before the first. */
  timeMs = $state.raw(0)
  readonly spreadTicks = $derived(this.bids[0] && this.asks[0] ? this.asks[0][0] - this.bids[0][0] : undefined)

  constructor(snapshot?: BookFrame) {
    if (snapshot) this.show(snapshot)
  }

  show({ bids, asks, depth, time }: Pick<BookState, 'bids' | 'asks' | 'depth' | 'time'>): void {
    this.bids = bids
    this.asks = asks
    this.levelsMax = depth
    this.timeMs = time
  }
}

/** What the book's panel shows: the ladder, or its running totals as a drawing. */
export type BookTab = 'book' | 'depth'
