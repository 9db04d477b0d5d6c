import type { BookState } from '@valiant/shared/client/book-mirror'
import type { BookFrame, Level } from '@valiant/shared/protocol/market-data'

/** One symbol's book as the page shows it; the client's mirror keeps it whole and in sequence. */
export class BookView {
  bids = $state.raw<readonly Level[]>([])
  asks = $state.raw<readonly Level[]>([])
  /** Market time of the last state; 0 before the first. */
  timeMs = $state.raw(0)
  readonly spreadTicks = $derived(this.bids[0] && this.asks[0] ? this.asks[0][0] - this.bids[0][0] : undefined)

  constructor(snapshot?: BookFrame) {
    if (snapshot) this.show(snapshot)
  }

  show({ bids, asks, time }: Pick<BookState, 'bids' | 'asks' | 'time'>): void {
    this.bids = bids
    this.asks = asks
    this.timeMs = time
  }
}
