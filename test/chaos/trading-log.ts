import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Fill, Order, PlacedOrder, PlaceOrder } from '@valiant/shared/protocol/order'
import { Archive } from './archive.ts'
import { Trails } from './trails.ts'

/** Nobody has to find out why an order took no longer than this. */
const QUICK_MS = 500
/** So many orders at least are kept in memory, the latest. */
const LATEST = 10_000

/**
 * What a trader was told of a request in the end. `not_sent`: the SDK never wrote it; `unknown`: nobody could say, which
 * is not the same as failed.
 */
export type Told =
  | { readonly as: 'acked'; readonly order: ToldOrder }
  | { readonly as: 'refused'; readonly error: ToldError }
  | { readonly as: 'not_sent' }
  | { readonly as: 'unknown' }

/** Of an answer what the journal is held against, and no more: a row may come to a million of them. */
interface ToldOrder extends Pick<PlacedOrder, 'orderId' | 'status' | 'filledQty'> {
  readonly fills: readonly Pick<Fill, 'fillId' | 'qty'>[]
}
interface ToldError extends Pick<WireError, 'code' | 'outcome'> {
  readonly order?: Pick<PlacedOrder, 'orderId'>
}

export const acked = ({ orderId, status, filledQty, fills }: PlacedOrder): Told => ({
  as: 'acked',
  order: { orderId, status, filledQty, fills: fills.map(({ fillId, qty }) => ({ fillId, qty })) },
})

export const refused = ({ code, outcome, order }: WireError): Told => ({
  as: 'refused',
  error: { code, outcome, ...(order !== undefined && { order: { orderId: order.orderId } }) },
})

/** An order as its trader knows it. Times are those of this machine, in ms. */
export interface Asked {
  readonly trader: number
  /** How it was sent: who trades by plain Socket.IO takes the first certain answer for the last word. */
  readonly by: 'sdk' | 'wire'
  readonly account: number
  readonly order: PlaceOrder
  readonly sentAt: number
  told: Told | undefined
  toldAt: number
}

/** What a frame of an account told of an order. */
export type OrderInFrame = Pick<Order, 'orderId' | 'version' | 'filledQty'>

/** A fill that a frame of an account told of. */
export interface FillInFrame extends Pick<Fill, 'fillId'> {
  readonly account: number
}

/**
 * The clients' own record, by which the journal is judged: what they asked, what they were told, and how long they were
 * left without prices.
 */
export class TradingLog implements Disposable {
  readonly trails = new Trails()
  /** In the order in which they were sent, but those that have gone to the archive. */
  #latest: Asked[] = []
  readonly #archived = new Archive<Asked>()
  readonly ordersInFrames = new Archive<OrderInFrame>()
  readonly fillsInFrames = new Archive<FillInFrame>()
  /** Cancels that were acked: order and what it had filled. */
  readonly canceled = new Archive<Pick<Order, 'orderId' | 'filledQty'>>()
  /** Frames of an epoch below one that the same socket had seen. */
  readonly staleFrames: string[] = []
  /** Frames of prices that were marked as indicative. */
  indicative = 0
  /** What the traders were told of the market as a whole. */
  readonly statuses: { readonly trader: number; readonly at: number; readonly market: string }[] = []
  /** When the SDK's traders had a connection again. */
  readonly connections: { readonly trader: number; readonly at: number }[] = []
  /** When prices were heard, and how old they were then: numbers side by side, which no collector has to walk through. */
  readonly #heardAt: number[] = []
  readonly #delayMs: number[] = []
  /** How many orders the exchange has answered for good. */
  answered = 0
  /** Answers TIMEOUT, as they came on the wire. */
  timeouts = 0
  /** A promise of the SDK that rejected with neither a certain outcome nor OutcomeUnknownError. */
  readonly unforeseen: unknown[] = []

  /** The last of those that were asked, some thousands. */
  get latestOrders(): readonly Asked[] {
    return this.#latest
  }

  /** All that was asked. */
  async *orders(): AsyncGenerator<Asked> {
    yield* this.#archived
    yield* this.#latest
  }

  ask(asked: Asked): void {
    this.#latest.push(asked)
    if (this.#latest.length >= 2 * LATEST) this.#archive()
  }

  /** What became of an order in the end. */
  tell(asked: Asked, told: Told): void {
    asked.told = told
    asked.toldAt = Date.now()
    if (!isExecuted(told)) return
    this.answered += 1
    if (asked.toldAt - asked.sentAt <= QUICK_MS) this.trails.forget(asked.order.clientOrderId)
  }

  sawFrame(account: number, frame: AccountFrame): void {
    for (const { orderId, version, filledQty } of frame.orders) {
      this.ordersInFrames.add({ orderId, version, filledQty })
    }
    for (const { fillId } of frame.fills) this.fillsInFrames.add({ account, fillId })
  }

  sawPrices(timeMs: number): void {
    const at = Date.now()
    this.#heardAt.push(at)
    this.#delayMs.push(at - timeMs)
  }

  /** How old prices were, in ms, those heard since a moment. */
  delaysSince(momentMs: number): number[] {
    return this.#delayMs.filter((_, at) => (this.#heardAt[at] ?? 0) >= momentMs)
  }

  /**
   * When one of the latest orders, sent at or after a moment, was first answered for good by the exchange; undefined while
   * none was.
   */
  firstAnswerAfter(momentMs: number): number | undefined {
    const sentBefore = this.#latest.findLastIndex(({ sentAt }) => sentAt < momentMs)
    const times = this.#latest
      .slice(sentBefore + 1)
      .filter(({ told }) => isExecuted(told))
      .map(({ toldAt }) => toldAt)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  [Symbol.dispose](): void {
    const { ordersInFrames, fillsInFrames, canceled } = this
    for (const archive of [this.#archived, ordersInFrames, fillsInFrames, canceled]) archive[Symbol.dispose]()
  }

  /** All but the latest go, and those that are not answered yet. */
  #archive(): void {
    const older = this.#latest.slice(0, -LATEST)
    const open: Asked[] = []
    for (const asked of older) {
      if (asked.told === undefined) open.push(asked)
      else this.#archived.add(asked)
    }
    this.#latest = [...open, ...this.#latest.slice(-LATEST)]
  }
}

/** The exchange took it up: it was placed, or understood and refused. */
export const isExecuted = (told: Told | undefined): boolean =>
  told?.as === 'acked' || (told?.as === 'refused' && told.error.order !== undefined)
