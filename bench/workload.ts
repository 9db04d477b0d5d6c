import { NO_OWNER } from '../server/engine/book/book.ts'
import { OrderBook } from '../server/engine/book/order-book.ts'
import { FIRST_USER_ACCOUNT, type Side } from '../server/engine/command.ts'
import { mulberry32 } from '../test/rig/mulberry32.ts'

export interface Operation {
  /** The id of the order, or of the order to cancel. */
  readonly id: number
  readonly side: Side
  readonly ticks: number
  /** 0 for a cancel. */
  readonly lots: number
  /** The account that placed the order, and its number among the account's orders. */
  readonly account: number
  readonly number: number
}

export const OPERATIONS = 300_000
export const MAX_TICKS = 100_000
/** Where prices start. */
export const MIDDLE_TICKS = MAX_TICKS / 2
/** Buyers and sellers are different accounts, because the engine prevents self-trades and the others do not. */
export const ACCOUNTS_PER_SIDE = 100
const RESTING_MAX = 10_000
const OFFSET_TICKS = 40

/**
 * The workload of book and engine: 60% new limit orders, 30% cancels of any live order, 10% marketable orders, with up to
 * 10,000 resting and prices about 40 ticks from the best price. It is made with our own book, so that cancels refer to live
 * orders, and with a fixed seed.
 */
export function workload(): Operation[] {
  const random = mulberry32(12_345)
  const book = new OrderBook(MAX_TICKS)
  const live = new LiveOrders()
  const operations: Operation[] = []
  const idOfSlot: number[] = []
  const lastNumbers: number[] = []
  let middle = MIDDLE_TICKS
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
    // Marketable orders push prices back towards the start, so that they do not drift away.
    if (isMarketable && middle < 45_000) side = 'buy'
    if (isMarketable && middle > 55_000) side = 'sell'
    const lots = 1 + Math.floor(random() * (isMarketable ? 200 : 100))
    const offset = isMarketable ? -20 : 1 + Math.floor(-Math.log(1 - random()) * OFFSET_TICKS)
    const touch = (side === 'buy' ? askTicks : bidTicks) || middle
    const ticks = side === 'buy' ? touch - offset : touch + offset
    if (isMarketable) middle = touch
    const account = FIRST_USER_ACCOUNT + (id % ACCOUNTS_PER_SIDE) + (side === 'buy' ? 0 : ACCOUNTS_PER_SIDE)
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

/** The live orders, with random choice in constant time. */
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
