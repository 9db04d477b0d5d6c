import type { CommandEntry } from '../../bus/commands.ts'
import {
  type ReadRequest,
  RESUMED_FRAMES_MAX,
  type ResumeAccountRequest,
  type ResumedFrames,
} from '../../bus/exchange-request.ts'
import type { LiveMarket } from '../market/live-market.ts'
import type { OrderAnswers } from './order-answers.ts'
import { UNKNOWN_REQUEST } from './refusal.ts'
import type { Replies } from './replies.ts'

/** Answers what users ask about their accounts and orders, and notes which of them are connected. */
export class ReadRequests {
  readonly #market: LiveMarket
  readonly #orders: OrderAnswers
  readonly #replies: Replies

  constructor(parts: { market: LiveMarket; orders: OrderAnswers; replies: Replies }) {
    this.#market = parts.market
    this.#orders = parts.orders
    this.#replies = parts.replies
  }

  answer(entry: CommandEntry, request: ReadRequest): void {
    const { operations, timeMs } = this.#market
    switch (request.event) {
      case 'order.preview':
        this.#replies.withBatch(entry, operations.preview(request, timeMs))
        return
      case 'order.get':
        this.#orders.order(entry, request)
        return
      case 'account':
        this.#replies.withBatch(entry, { ok: true, data: operations.accounts.snapshot(request.account) })
        return
      case 'account.resume':
        this.#resume(entry, request)
        return
      case 'connection.hold':
        this.#market.hold(entry.gateway, request)
        this.#replies.withBatch(entry, { ok: true, data: {} })
        return
      case 'connection.release':
        this.#market.release(request.account)
        this.#replies.withBatch(entry, { ok: true, data: {} })
        return
      default:
        request satisfies never
        this.#replies.withBatch(entry, { ok: false, error: UNKNOWN_REQUEST })
    }
  }

  /** Returns the frames sent before this answer; those of the open batch are sent just before it. */
  #resume(entry: CommandEntry, { account, afterSeq }: ResumeAccountRequest): void {
    const seq = this.#market.frames.seqOf(account)
    this.#market.open.onRelease(() => {
      const frames = this.#market.framesAfter(account, { afterSeq, newestSeq: seq })
      const data: ResumedFrames = {
        seq,
        frames: frames?.slice(0, RESUMED_FRAMES_MAX).map((frame) => frame.decoded()) ?? null,
      }
      this.#replies.now(entry, { ok: true, data })
    })
  }
}
