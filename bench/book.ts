import nodejsOrderBook from 'nodejs-order-book'
import { NO_OWNER } from '../server/engine/book/book.ts'
import { OrderBook } from '../server/engine/book/order-book.ts'
import type { Command } from '../server/engine/command.ts'
import { commandOf, NOW_MS, tradersEngine } from './traders.ts'
import { MAX_TICKS, type Operation, OPERATIONS, workload } from './workload.ts'

/**
 * Matching compared with `nodejs-order-book`: the bare book, and the whole engine with accounts, holds, fees, self-trade
 * prevention, entries and events. All three must produce the same number of fills, the same volume and the same number of
 * resting orders.
 */

const REPEATS = 7
const BATCH = 64

/** How many operations each contestant executes before the next has its turn. */
export const TURNS = {
  /** As the goals were set: nobody else's data is in the caches. */
  whole: OPERATIONS,
  /** About 17 ms of the yardstick, which evicts everything of the others each time. */
  short: 64 * BATCH,
} as const

interface Outcome {
  readonly fills: number
  readonly lots: number
  readonly resting: number
}

/** A book or engine to measure. `prepare` makes the commands just before they run, as in the exchange's loop, and is not timed. */
interface Contestant {
  prepare(operations: readonly Operation[]): void
  run(): void
  outcome(): Outcome
}

/**
 * @param turn see TURNS
 * @returns for each repeat, how many times faster than the yardstick the bare book and the whole engine are
 */
export function benchBook(turn: number): { readonly book: readonly number[]; readonly engine: readonly number[] } {
  const operations = workload()
  const ratios = { book: [] as number[], engine: [] as number[] }
  // The first round is a warm-up and does not count.
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    const [yardstick, book, engine] = race(operations, turn, [new YardstickRun(), new BookRun(), new EngineRun()])
    if (repeat === 0 || yardstick === undefined || book === undefined || engine === undefined) continue
    ratios.book.push(yardstick / book)
    ratios.engine.push(yardstick / engine)
  }
  return ratios
}

/**
 * Runs the same operations on all contestants, in turns.
 * @returns milliseconds per contestant
 */
function race(operations: readonly Operation[], turn: number, contestants: readonly Contestant[]): number[] {
  const milliseconds = contestants.map(() => 0)
  for (let start = 0; start < operations.length; start += turn) {
    for (const [who, contestant] of contestants.entries()) {
      for (let at = start; at < Math.min(start + turn, operations.length); at += BATCH) {
        contestant.prepare(operations.slice(at, at + BATCH))
        const began = performance.now()
        contestant.run()
        milliseconds[who] = (milliseconds[who] ?? 0) + performance.now() - began
      }
    }
  }
  const [yardstick, ...others] = contestants.map((contestant) => contestant.outcome())
  for (const outcome of others) {
    if (JSON.stringify(outcome) !== JSON.stringify(yardstick)) {
      throw new Error(`expected ${JSON.stringify(yardstick)} as the yardstick, found ${JSON.stringify(outcome)}`)
    }
  }
  return milliseconds
}

class BookRun implements Contestant {
  private readonly book = new OrderBook(MAX_TICKS)
  /** Slots by order id: the caller of a bare book must remember them. */
  private readonly slots = new Int32Array(OPERATIONS)
  private operations: readonly Operation[] = []
  private fills = 0
  private lots = 0

  prepare(operations: readonly Operation[]): void {
    this.operations = operations
  }

  run(): void {
    const { book, slots } = this
    for (const { id, side, ticks, lots } of this.operations) {
      if (lots === 0) {
        book.remove(slots[id] ?? 0)
        continue
      }
      const left = book.match(side, lots, ticks, NO_OWNER)
      this.fills += book.matches.count
      this.lots += lots - left
      if (left > 0) slots[id] = book.add(side, ticks, left, NO_OWNER)
    }
  }

  outcome(): Outcome {
    const { book, fills, lots } = this
    let resting = 0
    for (const side of ['buy', 'sell'] as const) {
      let ticks = side === 'buy' ? book.bidTicks : book.askTicks
      for (; ticks !== 0; ticks = book.nextTicks(side, ticks)) {
        for (let slot = book.firstAt(ticks); slot !== 0; slot = book.nextAfter(slot)) resting++
      }
    }
    return { fills, lots, resting }
  }
}

class EngineRun implements Contestant {
  private readonly engine = tradersEngine().engine
  private commands: readonly Command[] = []
  private fills = 0
  private lots = 0

  prepare(operations: readonly Operation[]): void {
    this.commands = operations.map(commandOf)
  }

  run(): void {
    for (const command of this.commands) this.engine.apply(command, NOW_MS)
    for (const { lots } of this.engine.drain().trades) {
      this.fills++
      this.lots += lots
    }
  }

  outcome(): Outcome {
    const { engine, fills, lots } = this
    const resting = engine.accounts().reduce((sum, { account }) => sum + engine.openOrders(account).length, 0)
    return { fills, lots, resting }
  }
}

class YardstickRun implements Contestant {
  private readonly book = new nodejsOrderBook.OrderBook()
  private orders: { id: string; side: nodejsOrderBook.Side; price: number; size: number }[] = []
  private fills = 0
  private lots = 0
  private resting = 0

  prepare(operations: readonly Operation[]): void {
    this.orders = operations.map(({ id, side, ticks, lots }) => ({
      id: `o${id}`,
      side: side === 'buy' ? nodejsOrderBook.Side.BUY : nodejsOrderBook.Side.SELL,
      price: ticks,
      size: lots,
    }))
  }

  run(): void {
    for (const order of this.orders) {
      if (order.size === 0) {
        if (this.book.cancel(order.id) !== undefined) this.resting--
        continue
      }
      const { done, partial, quantityLeft, err } = this.book.limit(order)
      if (err !== null) throw new Error(`order ${order.id}: ${err.message}`)
      // All orders in the result except the new one are makers; those in `done` have left the book.
      for (const { id } of done) {
        if (id === order.id) continue
        this.fills++
        this.resting--
      }
      if (partial !== null && partial.id !== order.id) this.fills++
      this.lots += order.size - quantityLeft
      if (quantityLeft > 0) this.resting++
    }
  }

  outcome(): Outcome {
    const { fills, lots, resting } = this
    return { fills, lots, resting }
  }
}
