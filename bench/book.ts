import nodejsOrderBook from 'nodejs-order-book'
import { NO_OWNER } from '../server/engine/book/book.ts'
import { OrderBook } from '../server/engine/book/order-book.ts'
import { type Command, FIRST_USER_ACCOUNT, type Side } from '../server/engine/command.ts'
import { Engine } from '../server/engine/engine.ts'

/**
 * Matching against `nodejs-order-book`, in one run, interleaved: the bare book, and the whole engine with accounts,
 * holds, fees, the self-trade rule, entries and events. The workload of design.md, section 5: 60 % adds, 30 % cancels
 * of any live order, 10 % marketable; up to 10,000 resting; prices some 40 ticks off the touch. All three must come to
 * the same fills, the same volume and the same resting orders.
 */
export interface Row {
  readonly name: string
  readonly yardstick: string
  /** How many times as fast as the yardstick: median, lowest and highest of the repeats. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  readonly goal: number
  readonly verdict: 'met' | 'missed'
}

const OPERATIONS = 300_000
const REPEATS = 7
const RESTING_MAX = 10_000
const OFFSET_TICKS = 40
const MAX_TICKS = 100_000
/** Buyers and sellers are apart, since a self-trade would be stopped by the engine and not by the others. */
const ACCOUNTS_A_SIDE = 100
const BATCH = 64
const CHUNK = 64 * BATCH
/** Enough for all that one account buys, or sells. */
const STARTING_CENTS = 20_000_000_00
const STARTING_LOTS = 100_000
const NOW_MS = Date.UTC(2026, 0, 1)
const BOOK_GOAL = 40
const ENGINE_GOAL = 10

interface Operation {
  /** The order's own, or that of the order to cancel. */
  readonly id: number
  readonly side: Side
  readonly ticks: number
  /** 0 for a cancel. */
  readonly lots: number
  /** The account that placed the order, and which of its orders it is. */
  readonly account: number
  readonly number: number
}

interface Outcome {
  readonly fills: number
  readonly lots: number
  readonly resting: number
}

/** A book or engine at work. Commands are made just before they are carried out, as in the exchange's loop, untimed. */
interface Contestant {
  prepare(operations: readonly Operation[]): void
  run(): void
  outcome(): Outcome
}

/** @returns rows for the bare book and the whole engine */
export function benchBook(): Row[] {
  const operations = workload()
  const bookRatios: number[] = []
  const engineRatios: number[] = []
  // The first round warms up and is dropped.
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    const [yardstick, book, engine] = race(operations, [new YardstickRun(), new BookRun(), new EngineRun()])
    if (repeat === 0 || yardstick === undefined || book === undefined || engine === undefined) continue
    bookRatios.push(yardstick / book)
    engineRatios.push(yardstick / engine)
  }
  return [row('book', bookRatios, BOOK_GOAL), row('engine', engineRatios, ENGINE_GOAL)]
}

/**
 * All run through the same operations, chunk by chunk in turn, so that a neighbour's load falls on all alike.
 * @returns milliseconds of each
 */
function race(operations: readonly Operation[], contestants: readonly Contestant[]): number[] {
  const milliseconds = contestants.map(() => 0)
  for (let chunk = 0; chunk < operations.length; chunk += CHUNK) {
    for (const [who, contestant] of contestants.entries()) {
      for (let at = chunk; at < Math.min(chunk + CHUNK, operations.length); at += BATCH) {
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

function row(name: string, ratios: readonly number[], goal: number): Row {
  const sorted = ratios.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.round(share * (sorted.length - 1))] ?? 0) * 10) / 10
  const ratio = at(0.5)
  const verdict = ratio >= goal ? 'met' : 'missed'
  return { name, yardstick: 'nodejs-order-book', ratio, low: at(0), high: at(1), goal, verdict }
}

/** Made once with our own book, so that cancels name live orders; the seed is fixed. */
function workload(): Operation[] {
  const random = randomFrom(12_345)
  const book = new OrderBook(MAX_TICKS)
  const live = new LiveOrders()
  const operations: Operation[] = []
  const idOfSlot: number[] = []
  const lastNumbers: number[] = []
  let middle = 50_000
  for (let id = 0; id < OPERATIONS; id++) {
    let dice = random()
    if (live.count >= RESTING_MAX && dice < 0.6) dice = 0.65
    if (live.count < 200) dice = 0.1
    if (dice >= 0.6 && dice < 0.9) {
      const target = live.pick(random())
      book.remove(live.slotOf(target))
      live.remove(target)
      const { account, number } = operations[target] ?? { account: 0, number: 0 }
      operations.push({ id: target, side: 'buy', ticks: 0, lots: 0, account, number })
      continue
    }
    const { bidTicks, askTicks } = book
    const isMarketable = dice >= 0.9
    let side: Side = random() < 0.5 ? 'buy' : 'sell'
    // What sweeps the book leans back towards the start, so that prices stay where they are.
    if (isMarketable && middle < 45_000) side = 'buy'
    if (isMarketable && middle > 55_000) side = 'sell'
    const lots = 1 + Math.floor(random() * (isMarketable ? 200 : 100))
    const offset = isMarketable ? -20 : 1 + Math.floor(-Math.log(1 - random()) * OFFSET_TICKS)
    const touch = (side === 'buy' ? askTicks : bidTicks) || middle
    const ticks = side === 'buy' ? touch - offset : touch + offset
    if (isMarketable) middle = touch
    const account = FIRST_USER_ACCOUNT + (id % ACCOUNTS_A_SIDE) + (side === 'buy' ? 0 : ACCOUNTS_A_SIDE)
    const number = (lastNumbers[account] ?? 0) + 1
    lastNumbers[account] = number
    operations.push({ id, side, ticks, lots, account, number })
    const left = book.match(side, lots, ticks, NO_OWNER)
    for (let at = 0; at < book.matches.count; at++) {
      const slot = book.matches.slots[at] ?? 0
      if (book.lotsOf(slot) === 0) live.remove(idOfSlot[slot] ?? 0)
    }
    if (left === 0) continue
    const slot = book.add(side, ticks, left, NO_OWNER)
    idOfSlot[slot] = id
    live.add(id, slot)
  }
  return operations
}

class BookRun implements Contestant {
  private readonly book = new OrderBook(MAX_TICKS)
  /** Whoever places an order in a bare book keeps its slot. */
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
  private readonly engine = engineForBench()
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

function engineForBench(): Engine {
  const instrument = {
    symbol: 'VLNT',
    centsPerTickLot: 1,
    maxTicks: MAX_TICKS,
    minLots: 1,
    maxLots: 1_000_000,
    minNotionalCents: 100,
    makerBps: 2,
    takerBps: 5,
    priceBandBps: 2_000,
  }
  const engine = new Engine({ instruments: [instrument], maxOpenOrdersPerInstrument: 200 })
  engine.beginEpoch(1)
  for (let at = 0; at < 2 * ACCOUNTS_A_SIDE; at++) {
    const account = FIRST_USER_ACCOUNT + at
    engine.apply({ kind: 'account.open', account, name: 'bench', startingCents: STARTING_CENTS }, NOW_MS)
    if (at < ACCOUNTS_A_SIDE) continue
    const position = { account, symbol: 'VLNT', lots: STARTING_LOTS, costCents: 0, realizedCents: 0, heldLots: 0 }
    engine.restorePosition(position)
  }
  engine.drain()
  return engine
}

function commandOf({ id, side, ticks, lots, account, number }: Operation): Command {
  if (lots === 0) return { kind: 'order.cancel', account, order: { number } }
  return {
    kind: 'order.place',
    account,
    clientOrderId: `o${id}`,
    symbol: 'VLNT',
    side,
    type: 'limit',
    lots,
    limitTicks: ticks,
    timeInForce: 'gtc',
    postOnly: false,
    selfTrade: 'cancel_maker',
    source: 'api',
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
      // Of what came of it, all but the order itself are makers: those done have left the book.
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

/** Live orders with a random pick in constant time. */
class LiveOrders {
  private readonly ids: number[] = []
  private readonly places = new Map<number, { at: number; slot: number }>()

  get count(): number {
    return this.ids.length
  }

  add(id: number, slot: number): void {
    this.places.set(id, { at: this.ids.length, slot })
    this.ids.push(id)
  }

  slotOf(id: number): number {
    return this.places.get(id)?.slot ?? 0
  }

  pick(share: number): number {
    return this.ids[Math.floor(share * this.ids.length)] ?? 0
  }

  remove(id: number): void {
    const place = this.places.get(id)
    const last = this.ids.pop()
    this.places.delete(id)
    if (place === undefined || last === undefined || last === id) return
    this.ids[place.at] = last
    const moved = this.places.get(last)
    if (moved !== undefined) moved.at = place.at
  }
}

/** Mulberry32: a small seeded generator of numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

if (import.meta.main) console.table(benchBook())
