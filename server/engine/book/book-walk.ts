import type { SelfTrade, Side } from '../command.ts'
import { type Book, type BookSlot, NONE } from './book.ts'

/** An order that inspects the book before it takes. */
export interface WalkingOrder {
  readonly side: Side
  readonly lots: number
  /** The worst price at which it would trade. */
  readonly limitTicks: number
  readonly owner: number
  readonly selfTrade: SelfTrade
}

/** What an order would trade with now. */
export interface BookWalk {
  /** Lots of others that it would fill, and the sum of ticks × lots over them. */
  lots: number
  tickLots: number
  /** The same by price, best first: ticks and lots. */
  readonly fills: [ticks: number, lots: number][]
  /** Resting orders of the same owner that it would cancel. */
  readonly canceled: BookSlot[]
  /** Whether it would stop at an order of the same owner. */
  isStopped: boolean
}

/** Predicts how fills during the walk change the orders further behind. */
export interface Foresight {
  /** The lots that the order would then have. */
  lotsAt(slot: BookSlot): number
  fill(slot: BookSlot, lots: number): void
}

/** Walks the book as `match` and the self-trade rule would, without changing anything. */
export function walkBook(book: Book, order: WalkingOrder, foresight?: Foresight): BookWalk {
  const { side, limitTicks, owner, selfTrade } = order
  const reach: BookWalk = { lots: 0, tickLots: 0, fills: [], canceled: [], isStopped: false }
  let ticks = side === 'buy' ? book.askTicks : book.bidTicks
  while (ticks !== NONE && (side === 'buy' ? ticks <= limitTicks : ticks >= limitTicks)) {
    let taken = 0
    for (let slot = book.firstAt(ticks); slot !== NONE; slot = book.nextAfter(slot)) {
      if (reach.lots + taken === order.lots) break
      if (book.ownerOf(slot) !== owner) {
        const lots = Math.min(foresight?.lotsAt(slot) ?? book.lotsOf(slot), order.lots - reach.lots - taken)
        foresight?.fill(slot, lots)
        taken += lots
      } else {
        if (selfTrade !== 'cancel_taker') reach.canceled.push(slot)
        if (selfTrade !== 'cancel_maker') {
          reach.isStopped = true
          break
        }
      }
    }
    if (taken > 0) reach.fills.push([ticks, taken])
    reach.lots += taken
    reach.tickLots += ticks * taken
    if (reach.isStopped || reach.lots === order.lots) return reach
    ticks = book.nextTicks(side === 'buy' ? 'sell' : 'buy', ticks)
  }
  return reach
}

/**
 * The resting order of the same owner that an order would meet first; NONE if another owner's, or none, comes first.
 */
export function ownOrderMet(book: Book, order: Pick<WalkingOrder, 'side' | 'limitTicks' | 'owner'>): BookSlot {
  const ticks = order.side === 'buy' ? book.askTicks : book.bidTicks
  const isMet = ticks !== NONE && (order.side === 'buy' ? ticks <= order.limitTicks : ticks >= order.limitTicks)
  if (!isMet) return NONE
  const slot = book.firstAt(ticks)
  return book.ownerOf(slot) === order.owner ? slot : NONE
}
