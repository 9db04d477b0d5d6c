import { OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import { newRequestId } from '@valiant/shared/client/request-id'
import { ERRORS } from '@valiant/shared/protocol/errors'
import { ORDER_VALID_MS } from '@valiant/shared/protocol/limits'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { OrderContent } from './draft.ts'
import { keepSent, sentIn, type SentOrder, takeSent } from './orders-in-flight.ts'
import { type Resolution, resolveOutcome } from './resolve-outcome.ts'
import { type Receipt, receiptOf } from './receipt.ts'
import type { Receipts, Refused } from './receipts.svelte.ts'
import type { Surroundings } from './surroundings.ts'

/** An order in flight. `isUnknown`: no answer came in time. */
export interface InFlight {
  readonly clientOrderId: string
  readonly content: OrderContent
  readonly sentAtMs: number
  readonly isUnknown: boolean
}

const CONFIRM_DEAF_MS = 300
const CONFIRM_BACK_MS = 8_000
const COUNT_DOWN_MS = 100

/** Sends at most one order per press, asks for confirmation where required, and finds out the result of each. */
export class Sender {
  phase = $state.raw<'editing' | 'confirming' | 'sending'>('editing')
  inFlight = $state.raw<InFlight | undefined>()
  /** Rate limited: time until the next order. */
  waitMs = $state(0)

  readonly #around: Surroundings
  readonly #receipts: Receipts
  readonly #refused: (error: WireError, content: OrderContent) => Refused
  #confirmTimer: ReturnType<typeof setTimeout> | undefined
  #waitTimer: ReturnType<typeof setInterval> | undefined
  #confirmSince = 0
  #leaving = new AbortController()

  constructor(
    around: Surroundings,
    receipts: Receipts,
    /** Words a refusal. */
    refused: (error: WireError, content: OrderContent) => Refused,
  ) {
    this.#around = around
    this.#receipts = receipts
    this.#refused = refused
  }

  /**
   * @param asksFirst the button turns into a question; a second press right after the first does not answer it
   * @returns whether the exchange has accepted an order
   */
  async press(content: OrderContent, asksFirst: boolean): Promise<boolean> {
    if (this.phase === 'confirming') {
      return performance.now() - this.#confirmSince >= CONFIRM_DEAF_MS && (await this.#send(content))
    }
    if (!asksFirst) return this.#send(content)
    this.phase = 'confirming'
    this.#confirmSince = performance.now()
    this.#confirmTimer = setTimeout(() => this.back(), CONFIRM_BACK_MS)
    return false
  }

  /** Withdraws the question: on Esc, or after eight seconds. */
  back(): void {
    clearTimeout(this.#confirmTimer)
    if (this.phase === 'confirming') this.phase = 'editing'
  }

  /** The ticket is left: results that are still unknown are no longer looked up. */
  stop(): void {
    clearInterval(this.#waitTimer)
    clearTimeout(this.#confirmTimer)
    this.#leaving.abort()
    this.#leaving = new AbortController()
  }

  async #send(content: OrderContent): Promise<boolean> {
    this.back()
    const clientOrderId = newRequestId()
    const accountId = this.#around.account?.account.id
    const { signal } = this.#leaving
    const sentAtMs = this.#around.serverNow()
    this.phase = 'sending'
    this.#receipts.refusal = undefined
    this.inFlight = { clientOrderId, content, sentAtMs, isUnknown: false }
    const finalAtMs = sentAtMs + ORDER_VALID_MS
    const isKept = accountId !== undefined && keepSent({ clientOrderId, accountId, content, sentAtMs, finalAtMs })
    let isAccepted = false
    const tell = (told: Told) => {
      isAccepted = told.kind === 'done' || told.kind === 'rests'
      if (!isKept || takeSent(clientOrderId)) this.#tell(told, signal)
    }
    try {
      const order = await this.#around.ask('order.place', { ...content, clientOrderId })
      tell(receiptOf(order, this.#around))
    } catch (error) {
      if (error instanceof OutcomeUnknownError) {
        this.inFlight = { ...this.inFlight, isUnknown: true }
        const sent = { clientOrderId, accountId, finalAt: error.finalAt }
        tell(this.#toldOf(await resolveOutcome(sent, this.#around, signal), content))
      } else if (error instanceof RequestRefused) {
        if (error.error.code === 'RATE_LIMITED') this.#countDown(error.error.retryAfterMs ?? 1_000)
        tell(this.#refused(error.error, content))
      } else tell(NOT_SENT)
    }
    this.inFlight = undefined
    this.phase = 'editing'
    return isAccepted
  }

  /** An order in this instrument that was in flight when the page was reloaded: its result is told here. */
  async resume(): Promise<void> {
    const accountId = this.#around.account?.account.id
    const sent = accountId === undefined ? undefined : sentIn(this.#around.instrument.symbol, accountId)
    if (sent && this.phase === 'editing') await this.#lookUp(sent)
  }

  async #lookUp({ clientOrderId, accountId, content, sentAtMs, finalAtMs }: SentOrder): Promise<void> {
    const { signal } = this.#leaving
    this.phase = 'sending'
    this.inFlight = { clientOrderId, content, sentAtMs, isUnknown: true }
    const resolution = await resolveOutcome({ clientOrderId, accountId, finalAt: finalAtMs }, this.#around, signal)
    // Left before the result was known: whoever comes back is told.
    if (!signal.aborted && takeSent(clientOrderId)) this.#tell(this.#toldOf(resolution, content), signal)
    this.inFlight = undefined
    this.phase = 'editing'
  }

  /** The answer may arrive after the ticket was left. */
  #tell(told: Told, { aborted }: AbortSignal): void {
    if (aborted) this.#around.tellAway(told)
    else if ('code' in told) this.#receipts.refuse(told)
    else this.#receipts.tell(told)
  }

  #toldOf(resolution: Resolution, content: OrderContent): Told {
    if (resolution.is === 'known') {
      const { order } = resolution
      if (order.status !== 'rejected' || order.rejectCode === undefined) return receiptOf(order, this.#around)
      const message = ERRORS[order.rejectCode].cause
      return this.#refused({ code: order.rejectCode, message, outcome: 'not_executed', order }, content)
    }
    if (resolution.is === 'never') return NEVER_ARRIVED
    return resolution.isElsewhere ? UNTOLD_ELSEWHERE : UNTOLD
  }

  #countDown(forMs: number): void {
    const until = performance.now() + forMs
    clearInterval(this.#waitTimer)
    this.waitMs = forMs
    this.#waitTimer = setInterval(() => {
      this.waitMs = Math.max(0, until - performance.now())
      if (this.waitMs > 0) return
      clearInterval(this.#waitTimer)
      if (this.#receipts.refusal?.code === 'RATE_LIMITED') this.#receipts.refusal = undefined
    }, COUNT_DOWN_MS)
  }
}

type Told = Receipt | Refused

const NOT_SENT: Receipt = {
  kind: 'canceled',
  title: 'Order not sent',
  text: 'There is no connection to the exchange. Nothing is held.',
  waysOn: [],
}
const NEVER_ARRIVED: Receipt = {
  kind: 'canceled',
  title: 'Order not placed',
  text: 'It never reached the exchange. Nothing was executed.',
  waysOn: [],
}
/** Stays until closed: nothing more is known. */
const UNTOLD: Receipt = {
  kind: 'info',
  title: 'Result not known',
  text: "We don't know what became of this order. Your orders show it.",
  waysOn: [{ label: 'View', do: 'view', list: 'orders' }],
}
const UNTOLD_ELSEWHERE: Receipt = {
  kind: 'info',
  title: 'Result not known',
  text: "We don't know what became of the last order. It was sent from another account, whose orders show it.",
  waysOn: [],
}
