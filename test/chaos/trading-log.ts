import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Fill, Order, PlacedOrder, PlaceOrder } from '@valiant/shared/protocol/order'
import { Archive } from './archive.ts'
import { Trails } from './trails.ts'

/** The steps of orders that took no longer than this are not kept. */
const QUICK_MS = 500
/** At least this many of the latest orders are kept in memory. */
const LATEST = 10_000

/**
 * The outcome of an order as reported to its trader. `not_sent`: the SDK never sent it. `unknown`: nobody knows, which is not
 * the same as failed.
 */
export type Reported =
  | { readonly as: 'acked'; readonly order: ReportedOrder }
  | { readonly as: 'refused'; readonly error: ReportedError }
  | { readonly as: 'not_sent' }
  | { readonly as: 'unknown' }

/** Only the parts of an answer that are compared with the journal, because a run may have a million of them. */
interface ReportedOrder extends Pick<PlacedOrder, 'orderId' | 'status' | 'filledQty'> {
  readonly fills: readonly Pick<Fill, 'fillId' | 'qty'>[]
}
interface ReportedError extends Pick<WireError, 'code' | 'outcome'> {
  readonly order?: Pick<PlacedOrder, 'orderId'>
}

export const acked = ({ orderId, status, filledQty, fills }: PlacedOrder): Reported => ({
  as: 'acked',
  order: { orderId, status, filledQty, fills: fills.map(({ fillId, qty }) => ({ fillId, qty })) },
})

export const refused = ({ code, outcome, order }: WireError): Reported => ({
  as: 'refused',
  error: { code, outcome, ...(order !== undefined && { order: { orderId: order.orderId } }) },
})

/** An order from its trader's point of view. Times are those of this machine, in ms. */
export interface SentOrder {
  readonly trader: number
  /** With the SDK or over plain Socket.IO, where the first certain answer counts. */
  readonly by: 'sdk' | 'wire'
  readonly account: number
  readonly order: PlaceOrder
  readonly sentAt: number
  reported: Reported | undefined
  reportedAt: number
}

/** The state of an order in an account frame. */
type OrderInFrame = Pick<Order, 'orderId' | 'version' | 'filledQty'>

/** A fill in an account frame. */
interface FillInFrame extends Pick<Fill, 'fillId'> {
  readonly account: number
}

/**
 * The clients' records, with which the journal is compared: orders, their reported outcomes, and frames.
 */
export class TradingLog implements Disposable {
  readonly trails = new Trails()
  /** Orders that are not archived yet, in the order in which they were sent. */
  #latest: SentOrder[] = []
  readonly #archived = new Archive<SentOrder>()
  readonly ordersInFrames = new Archive<OrderInFrame>()
  readonly fillsInFrames = new Archive<FillInFrame>()
  /** Acknowledged cancels: the order and its filled quantity. */
  readonly canceled = new Archive<Pick<Order, 'orderId' | 'filledQty'>>()
  /** Frames with a lower epoch than an earlier one on the same socket. */
  readonly staleFrames: string[] = []
  /** Number of price frames marked as indicative. */
  indicative = 0
  /** Market statuses that the traders received. */
  readonly statuses: { readonly trader: number; readonly at: number; readonly market: string }[] = []
  /** Reconnections of SdkTraders. */
  readonly connections: { readonly trader: number; readonly at: number }[] = []
  /** When prices were received, and how old they were: two arrays of numbers, which are cheap for the garbage collector. */
  readonly #heardAt: number[] = []
  readonly #delayMs: number[] = []
  /** Number of orders with a final answer of the exchange. */
  answered = 0
  /** Number of TIMEOUT answers on the wire. */
  timeouts = 0
  /** Rejections of the SDK that are neither a certain outcome nor OutcomeUnknownError. */
  readonly unforeseen: unknown[] = []

  /** The latest orders, at least LATEST. */
  get latestOrders(): readonly SentOrder[] {
    return this.#latest
  }

  /** All orders. */
  async *orders(): AsyncGenerator<SentOrder> {
    yield* this.#archived
    yield* this.#latest
  }

  add(sent: SentOrder): void {
    this.#latest.push(sent)
    if (this.#latest.length >= 2 * LATEST) this.#archive()
  }

  /** Records the outcome of an order. */
  setOutcome(sent: SentOrder, reported: Reported): void {
    sent.reported = reported
    sent.reportedAt = Date.now()
    if (!isExecuted(reported)) return
    this.answered += 1
    if (sent.reportedAt - sent.sentAt <= QUICK_MS) this.trails.forget(sent.order.clientOrderId)
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

  /** The ages in ms of prices received since a time. */
  delaysSince(momentMs: number): number[] {
    return this.#delayMs.filter((_, at) => (this.#heardAt[at] ?? 0) >= momentMs)
  }

  /**
   * When the exchange first gave a final answer to one of the latest orders that was sent at or after a time; undefined if it has
   * not.
   */
  firstAnswerAfter(momentMs: number): number | undefined {
    const sentBefore = this.#latest.findLastIndex(({ sentAt }) => sentAt < momentMs)
    const times = this.#latest
      .slice(sentBefore + 1)
      .filter(({ reported }) => isExecuted(reported))
      .map(({ reportedAt }) => reportedAt)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  [Symbol.dispose](): void {
    const { ordersInFrames, fillsInFrames, canceled } = this
    for (const archive of [this.#archived, ordersInFrames, fillsInFrames, canceled]) archive[Symbol.dispose]()
  }

  /** Archives all orders except the latest and those without an outcome yet. */
  #archive(): void {
    const older = this.#latest.slice(0, -LATEST)
    const open: SentOrder[] = []
    for (const sent of older) {
      if (sent.reported === undefined) open.push(sent)
      else this.#archived.add(sent)
    }
    this.#latest = [...open, ...this.#latest.slice(-LATEST)]
  }
}

/** Whether the exchange processed it: it was placed, or refused with a recorded order. */
export const isExecuted = (reported: Reported | undefined): boolean =>
  reported?.as === 'acked' || (reported?.as === 'refused' && reported.error.order !== undefined)
