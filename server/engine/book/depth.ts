import type { Side } from '../command.ts'
import { type Book, type BookSlot, NONE } from './book.ts'

/** The best levels of a side, best first: ticks and lots. */
export function levelsOf(book: Book, side: Side, depth: number): (readonly [ticks: number, lots: number])[] {
  const levels: (readonly [number, number])[] = []
  let ticks = side === 'buy' ? book.bidTicks : book.askTicks
  for (; ticks !== NONE && levels.length < depth; ticks = book.nextTicks(side, ticks)) {
    levels.push([ticks, book.lotsAt(ticks)])
  }
  return levels
}

/** The lots before a resting order at its price. */
export function lotsAhead(book: Book, resting: BookSlot): number {
  let lots = 0
  for (let slot = book.firstAt(book.ticksOf(resting)); slot !== resting; slot = book.nextAfter(slot)) {
    lots += book.lotsOf(slot)
  }
  return lots
}
