import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { PlacedOrder, PlaceOrder } from '@valiant/shared/protocol/order'
import { Trails } from './trails.ts'

/**
 * What a trader was told of a request in the end. `not_sent`: the SDK never wrote it; `unknown`: nobody could say, which
 * is not the same as failed.
 */
export type Told =
  | { readonly as: 'acked'; readonly order: PlacedOrder }
  | { readonly as: 'refused'; readonly error: WireError }
  | { readonly as: 'not_sent' }
  | { readonly as: 'unknown' }

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

/** What an account's frames have told of one order, and when it was last told. */
export interface ToldByFrame {
  readonly account: number
  readonly orderId: string
  readonly version: number
  readonly filledQty: string
}

/**
 * The clients' own record, by which the journal is judged: what they asked, what they were told, and how long they were
 * left without prices.
 */
export class TradingLog {
  readonly trails = new Trails()
  readonly orders: Asked[] = []
  /** Of each order that a frame told of, the newest state. */
  readonly byFrame = new Map<string, ToldByFrame>()
  /** Ids of fills told by frames, each with its account. */
  readonly fills = new Map<string, number>()
  /** Cancels that were acked: order and what it had filled. */
  readonly canceled: { readonly orderId: string; readonly account: number; readonly filledQty: string }[] = []
  /** Frames of an epoch below one that the same socket had seen. */
  readonly staleFrames: string[] = []
  /** Frames of prices that were marked as indicative. */
  indicative = 0
  /** What the traders were told of the market as a whole. */
  readonly statuses: { readonly trader: number; readonly at: number; readonly market: string }[] = []
  /** When the SDK's traders had a connection again. */
  readonly connections: { readonly trader: number; readonly at: number }[] = []
  /** How old prices were when they were heard, and when that was. */
  readonly #delays: { readonly at: number; readonly ms: number }[] = []
  /** Answers TIMEOUT, as they came on the wire. */
  timeouts = 0
  /** A promise of the SDK that rejected with neither a certain outcome nor OutcomeUnknownError. */
  readonly unforeseen: unknown[] = []

  sawFrame(account: number, frame: AccountFrame): void {
    for (const { orderId, version, filledQty } of frame.orders) {
      const before = this.byFrame.get(orderId)
      if (before === undefined || before.version < version) {
        this.byFrame.set(orderId, { account, orderId, version, filledQty })
      }
    }
    for (const { fillId } of frame.fills) this.fills.set(fillId, account)
  }

  sawPrices(timeMs: number): void {
    const at = Date.now()
    this.#delays.push({ at, ms: at - timeMs })
  }

  /** How old prices were, in ms, those heard since a moment. */
  delaysSince(momentMs: number): number[] {
    return this.#delays.filter(({ at }) => at >= momentMs).map(({ ms }) => ms)
  }

  /** When an order that was sent at or after a moment was answered for good by the exchange; undefined while none was. */
  firstAnswerAfter(momentMs: number): number | undefined {
    const times = this.orders
      .filter(({ sentAt, told }) => sentAt >= momentMs && isExecuted(told))
      .map(({ toldAt }) => toldAt)
    return times.length === 0 ? undefined : Math.min(...times)
  }
}

/** The exchange took it up: it was placed, or understood and refused. */
export const isExecuted = (told: Told | undefined): boolean =>
  told?.as === 'acked' || (told?.as === 'refused' && told.error.order !== undefined)
