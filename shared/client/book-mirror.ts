import { bookChecksum } from '../protocol/book-checksum.ts'
import type { BookFrame, Level } from '../protocol/market-data.ts'

/** The current book: both sides best first, in ticks and lots. */
export interface BookState {
  readonly symbol: string
  readonly depth: number
  readonly seq: number
  readonly time: number
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** One side after a frame's changes. @param direction 1 where lower prices are better (asks), -1 for bids */
function merged(levels: readonly Level[], changes: readonly Level[], direction: 1 | -1): readonly Level[] {
  if (changes.length === 0) return levels
  const next = [...levels]
  for (const change of changes) {
    let low = 0
    let high = next.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (((next[middle]?.[0] ?? 0) - change[0]) * direction < 0) low = middle + 1
      else high = middle
    }
    const stands = next[low]?.[0] === change[0]
    if (change[1] > 0) next.splice(low, stands ? 1 : 0, change)
    else if (stands) next.splice(low, 1)
  }
  return next
}

/**
 * The book after a frame; undefined where frames are missing or the checksum differs, so that the symbol must be
 * subscribed again.
 */
export function bookAfter(book: BookState | undefined, frame: BookFrame): BookState | undefined {
  const { symbol, depth, seq, time } = frame
  const isSnapshot = frame.type === 'snapshot'
  if (!isSnapshot && (book === undefined || book.depth !== depth || book.seq !== frame.prevSeq)) return undefined
  const bids = isSnapshot ? frame.bids : merged(book?.bids ?? [], frame.bids, -1)
  const asks = isSnapshot ? frame.asks : merged(book?.asks ?? [], frame.asks, 1)
  if (bookChecksum(bids, asks) !== frame.checksum) return undefined
  return { symbol, depth, seq, time, bids, asks }
}
