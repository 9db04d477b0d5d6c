import { BOOK_QUIET_MS } from '@valiant/shared/protocol/limits'
import type { BookDepth, BookFrame, Level } from '@valiant/shared/protocol/market-data'
import type { Book } from './book.ts'

type WindowFrame = Omit<BookFrame, 'epoch' | 'symbol' | 'indicative'>

/** The best `depth` levels of a book as its watchers have them, and the frames that update them. */
export class BookWindow {
  readonly depth: BookDepth
  readonly #book: Book
  /** The levels that the watchers have. */
  #sent: { readonly bids: Level[]; readonly asks: Level[] }
  #checksum: number
  #seq: number
  #sentMs: number

  /** @param seq at least that of the last frame ever sent for this window, so that it never goes back */
  constructor(book: Book, { depth, seq, timeMs }: { depth: BookDepth; seq: number; timeMs: number }) {
    this.depth = depth
    this.#book = book
    this.#sent = book.top(depth)
    this.#checksum = book.checksum
    this.#seq = seq
    this.#sentMs = timeMs
  }

  get seq(): number {
    return this.#seq
  }

  /** The state after the last frame, for a new watcher. */
  snapshot(timeMs: number): WindowFrame {
    return {
      type: 'snapshot',
      depth: this.depth,
      seq: this.#seq,
      prevSeq: this.#seq,
      time: timeMs,
      ...this.#sent,
      checksum: this.#checksum,
    }
  }

  /** The change since the last frame. Without a change it is undefined, or empty after BOOK_QUIET_MS without a frame. */
  update(timeMs: number, { hasChanged }: { hasChanged: boolean }): WindowFrame | undefined {
    const now = hasChanged ? this.#book.top(this.depth) : this.#sent
    const bids = hasChanged ? difference(this.#sent.bids, now.bids, 1) : []
    const asks = hasChanged ? difference(this.#sent.asks, now.asks, -1) : []
    const isEmpty = bids.length === 0 && asks.length === 0
    if (isEmpty && timeMs - this.#sentMs < BOOK_QUIET_MS) return undefined
    this.#sent = now
    this.#checksum = this.#book.checksum
    this.#sentMs = timeMs
    const prevSeq = this.#seq++
    return {
      type: 'update',
      depth: this.depth,
      seq: this.#seq,
      prevSeq,
      time: timeMs,
      bids,
      asks,
      checksum: this.#checksum,
    }
  }

  /** A new snapshot for all watchers, after a gap or with another leader. */
  renewed(timeMs: number): WindowFrame {
    this.#sent = this.#book.top(this.depth)
    this.#checksum = this.#book.checksum
    this.#sentMs = timeMs
    this.#seq++
    return this.snapshot(timeMs)
  }
}

/**
 * The changes from one list of levels, best first, to another: new and changed levels, and removed ones with 0 lots.
 * @param sign 1 for bids, where a higher price is better; -1 for asks
 */
function difference(before: readonly Level[], after: readonly Level[], sign: 1 | -1): Level[] {
  const changes: Level[] = []
  let i = 0
  let j = 0
  for (;;) {
    const old = before[i]
    const now = after[j]
    if (old === now && old !== undefined) {
      i++
      j++
      continue
    }
    if (old === undefined && now === undefined) return changes
    const ahead = old === undefined ? -1 : now === undefined ? 1 : (old[0] - now[0]) * sign
    if (ahead > 0 && old !== undefined) {
      changes.push([old[0], 0])
      i++
    } else if (now !== undefined) {
      if (ahead < 0 || old?.[1] !== now[1]) changes.push(now)
      if (ahead === 0) i++
      j++
    }
  }
}
