import type { Side } from '../command.ts'
import { type Book, NO_OWNER, NONE } from './book.ts'

/** Books as drawn in tests: one line per price with two decimals, and the queue at a price oldest first. */
export interface DrawnOrder {
  readonly side: Side
  readonly ticks: number
  readonly lots: number
}

/**
 * The orders of a drawing: best prices first, and each queue from the oldest.
 *
 *     bid | price  | ask
 *         | 101.10 | 40 60
 *     100 | 101.00 |
 */
export function ordersOf(drawing: string): DrawnOrder[] {
  const rows = drawing
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 3 && cells[0] !== 'bid')
  const ordersIn = (cell: string | undefined, side: Side, ticks: number) =>
    (cell ?? '')
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => ({ side, ticks, lots: Number(word) }))
  const bids = rows.flatMap(([bid, price]) => ordersIn(bid, 'buy', ticksIn(price)))
  const asks = rows.reverse().flatMap(([, price, ask]) => ordersIn(ask, 'sell', ticksIn(price)))
  return [...bids, ...asks]
}

/** Adds a drawing's orders to a book. */
export function fillBook(book: Book, drawing: string): Book {
  for (const { side, ticks, lots } of ordersOf(drawing)) book.add(side, ticks, lots, NO_OWNER)
  return book
}

/** Draws a book, one line per price without padding; compare it with `linesOf` the expected drawing. */
export function drawingOf(book: Book): string[] {
  const lines: string[] = []
  const queueAt = (ticks: number) => {
    const queue: number[] = []
    for (let slot = book.firstAt(ticks); slot !== NONE; slot = book.nextAfter(slot)) queue.push(book.lotsOf(slot))
    return queue.join(' ')
  }
  for (let ask = book.askTicks; ask !== NONE; ask = book.nextTicks('sell', ask)) {
    lines.unshift(`|${priceOf(ask)}|${queueAt(ask)}`)
  }
  for (let bid = book.bidTicks; bid !== NONE; bid = book.nextTicks('buy', bid)) {
    lines.push(`${queueAt(bid)}|${priceOf(bid)}|`)
  }
  return lines
}

/** The lines of a drawing without padding and header. */
export const linesOf = (drawing: string): string[] =>
  drawing
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .join('|'),
    )
    .filter((line) => line.includes('|') && !line.startsWith('bid'))

const ticksIn = (price: string | undefined) => Math.round(Number(price) * 100)
const priceOf = (ticks: number) => (ticks / 100).toFixed(2)
