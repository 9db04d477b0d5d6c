import { BOOK_QUIET_MS } from '@valiant/shared/protocol/limits'
import type { BookDepth, BookFrame, Level } from '@valiant/shared/protocol/market-data'
import type { Book } from './book.ts'

type WindowFrame = Omit<BookFrame, 'epoch' | 'symbol' | 'indicative'>

/** The best `depth` levels of a book as its watchers have them, and the frames that carry them along. */
export class BookWindow {
  readonly depth: BookDepth
  readonly #book: Book
  /** As the watchers have it. */
  #sent: { readonly bids: Level[]; readonly asks: Level[] }
  #checksum: number
  #seq: number
  #sentMs: number

  /** @param seq at least that of the last frame that was ever sent of this window, so that it never goes back */
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

  /** What a new watcher starts from: the state after the last frame. */
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

  /** The change since the last frame; undefined when there is none and the quiet is still short. */
  update(timeMs: number, { hasChanged }: { hasChanged: boolean }): WindowFrame | undefined {
    const now = hasChanged ? this.#book.top(this.depth) : this.#sent
    const bids = hasChanged ? difference(this.#sent.bids, now.bids, 1) : []
    const asks = hasChanged ? difference(this.#sent.asks, now.asks, -1) : []
    const isSilent = bids.length === 0 && asks.length === 0
    if (isSilent && timeMs - this.#sentMs < BOOK_QUIET_MS) return undefined
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

  /** All anew for those who watch, after a gap or under another leader. */
  renewed(timeMs: number): WindowFrame {
    this.#sent = this.#book.top(this.depth)
    this.#checksum = this.#book.checksum
    this.#sentMs = timeMs
    this.#seq++
    return this.snapshot(timeMs)
  }
}

/**
 * What turns one list of levels, best first, into another: new and changed levels, and 0 lots for those that left.
 * @param sign 1 for bids, whose better price is the higher one; -1 for asks
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
