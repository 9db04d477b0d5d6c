import { ERRORS } from '../protocol/errors.ts'
import type { WireError } from '../protocol/wire-error.ts'
import type { Answer, Rate } from '../protocol/events.ts'
import { ANSWER_MS_MAX } from '../protocol/limits.ts'
import type { PlacedOrder } from '../protocol/order.ts'
import type { DataOf, RequestName } from '../protocol/requests.ts'
import type { TraceHeaders } from '../protocol/trace.ts'
import { MINUTE_MS } from '../units/time.ts'
import { resendPauseMs } from './backoff.ts'
import { FINAL_MARGIN_MS, isFinalRefusal } from './certainty.ts'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from './errors.ts'
import type { Connection } from './connection.ts'
import { type AskPayload, isChange, type Outgoing, outgoingOf } from './outgoing.ts'
import type { Surroundings } from './surroundings.ts'

/** What its rate limit leaves after a trading request: orders and amends, cancels, and account changes have one each. */
export interface RequestRate extends Rate {
  readonly request: RequestName
}

/** A request without an answer after this time counts as lost, and is sent again. */
const PATIENCE_MS = ANSWER_MS_MAX + 2_000
/** How long a request that changes something is sent again before its outcome is reported as unknown. */
const GIVE_UP_MS = MINUTE_MS
const AGAIN_MS = 500
/** Losing one connection is normal; a request on the second in a row may itself be the cause. */
const LOSSES_AT_ONCE_MAX = 2

/** A copy of a request that has been sent and not been answered yet. */
interface Copy {
  readonly connection: Connection
  /** By the clock of this machine, and by that of the server it was sent to. */
  readonly sentAt: number
  readonly sentAtServer: number
}

interface Pending extends Outgoing {
  readonly name: RequestName
  /** The trace that it belongs to. */
  readonly trace: TraceHeaders | undefined
  readonly copies: Set<Copy>
  /** The answer to a copy was lost, or left the outcome open. */
  isUncertain: boolean
  /** The time here after which no copy can execute at any server; `finalAt` is the same by the server's clock. */
  finalHereAt: number | undefined
  finalAt: number | undefined
  refusal: WireError | undefined
  /** Connections that were lost with a copy on them since the last answer. */
  losses: number
  /** It may be the cause of the losses, so the next connection goes without it for a while. */
  isHeldBack: boolean
  cancelTimer: () => void
  /** The timeout of the whole request, which runs from the first copy. */
  cancelPatience: () => void
  readonly resolve: (data: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Requests that have no answer yet. Those that change something are sent again under their id after a reconnect and while
 * their outcome is unknown: the exchange repeats its first answer. Those that only read are simply sent again.
 */
export class Requests {
  readonly #pending = new Set<Pending>()
  readonly #around: Surroundings
  readonly #serverNow: () => number
  readonly #rated: (rate: RequestRate) => void
  #connection: Connection | undefined

  /**
   * @param serverNow an estimate of the server's wall time
   * @param rated hears the rate limit that an answer carries, before its request settles
   */
  constructor(around: Surroundings, serverNow: () => number, rated: (rate: RequestRate) => void) {
    this.#around = around
    this.#serverNow = serverNow
    this.#rated = rated
  }

  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>> {
    if (!isChange(name)) return this.#begin(name, payload)
    // Sent after a reconnect, it would be executed when nobody expects it.
    if (this.#connection === undefined) return Promise.reject(new NotConnectedError())
    return this.#around.follow(name, (trace) => this.#begin(name, payload, trace))
  }

  #begin<Name extends RequestName>(name: Name, given: AskPayload<Name>, trace?: TraceHeaders): Promise<DataOf<Name>> {
    const outgoing = outgoingOf(name, given, { newId: this.#around.newId, nowMs: this.#serverNow() })
    return new Promise<DataOf<Name>>((resolve, reject) => {
      const pending: Pending = {
        ...outgoing,
        name,
        trace,
        copies: new Set(),
        isUncertain: false,
        finalHereAt: undefined,
        finalAt: undefined,
        refusal: undefined,
        losses: 0,
        isHeldBack: false,
        cancelTimer: () => undefined,
        cancelPatience: () => undefined,
        resolve: resolve as (data: unknown) => void,
        reject,
      }
      const patienceMs = outgoing.id === undefined ? 2 * PATIENCE_MS : GIVE_UP_MS
      pending.cancelPatience = this.#around.clock.after(patienceMs, () => this.#giveUp(pending))
      this.#pending.add(pending)
      this.#send(pending)
    })
  }

  /**
   * Uses this connection from now on, and sends what waits. Requests on another connection that still stands are answered
   * there.
   */
  open(connection: Connection): void {
    this.#connection = connection
    for (const pending of [...this.#pending]) {
      if (pending.copies.size === 0 && !pending.isHeldBack) this.#send(pending)
    }
  }

  /** Whether answers are pending on this connection. */
  awaits(connection: Connection): boolean {
    return [...this.#pending].some(({ copies }) => [...copies].some((copy) => copy.connection === connection))
  }

  /**
   * The connection is lost: its unanswered requests may have been executed, and are sent again on the next one. A request
   * that was on several lost connections may be the cause (the server drops a socket that sends too large a frame), and is
   * held back so that it does not take down the next one too.
   */
  lose(connection: Connection): void {
    if (connection === this.#connection) this.#connection = undefined
    for (const pending of [...this.#pending]) {
      const lost = [...pending.copies].filter((copy) => copy.connection === connection)
      if (lost.length === 0) continue
      for (const copy of lost) {
        pending.copies.delete(copy)
        this.#doubt(pending, copy)
      }
      pending.losses += 1
      if (pending.copies.size > 0) continue
      if (pending.losses >= LOSSES_AT_ONCE_MAX) this.#holdBack(pending)
      else if (this.#connection) this.#send(pending)
    }
  }

  /** The connection belongs to another account now: changes that were meant for the former are not sent to it. */
  disown(): void {
    for (const pending of [...this.#pending]) if (pending.id !== undefined) this.#giveUp(pending)
  }

  /** The client is closed, or belongs to somebody else: nothing is sent again. */
  end(): void {
    this.#connection = undefined
    for (const pending of [...this.#pending]) this.#giveUp(pending)
  }

  #holdBack(pending: Pending): void {
    pending.isHeldBack = true
    this.#wait(pending, resendPauseMs(pending.losses - LOSSES_AT_ONCE_MAX, this.#around.random()))
  }

  #send(pending: Pending): void {
    pending.isHeldBack = false
    this.#wait(pending, PATIENCE_MS)
    const connection = this.#connection
    if (!connection) return
    const copy: Copy = { connection, sentAt: this.#around.clock.now(), sentAtServer: this.#serverNow() }
    pending.copies.add(copy)
    if (this.#canBeLookedUp(pending, copy.sentAt)) {
      connection.send('order.get', { clientOrderId: pending.id }, (answer) => {
        if (this.#takesAnswer(pending, copy)) this.#lookedUp(pending, answer as Answer<PlacedOrder>)
      })
    } else {
      const answered = (answer: Answer) => {
        if (answer.rate !== undefined) this.#rated({ request: pending.name, ...answer.rate })
        if (this.#takesAnswer(pending, copy)) this.#answered(pending, copy, answer)
      }
      connection.send(pending.name, pending.payload, answered, pending.trace)
    }
  }

  /** After `finalAt`, an order that the exchange does not know was never executed; sending it again would add nothing. */
  #canBeLookedUp({ name, isUncertain, finalHereAt }: Pending, now: number): boolean {
    return name === 'order.place' && isUncertain && finalHereAt !== undefined && now > finalHereAt + FINAL_MARGIN_MS
  }

  #takesAnswer(pending: Pending, copy: Copy): boolean {
    pending.copies.delete(copy)
    pending.losses = 0
    return this.#pending.has(pending)
  }

  #answered(pending: Pending, copy: Copy, answer: Answer): void {
    if (answer.ok) {
      this.#settle(pending)
      pending.resolve(answer.data)
      return
    }
    const { error, duplicate } = answer
    if (isTooNew(pending, error)) {
      const { validUntil: _refused, ...rest } = pending.payload
      pending.payload = rest
      this.#send(pending)
      return
    }
    const { isUncertain, finalHereAt, copies } = pending
    const sends = {
      isRepeat: duplicate === true,
      isUncertain: isUncertain || copies.size > 0,
      finalAt: finalHereAt,
      sentAt: copy.sentAt,
    }
    const isFinal = pending.id === undefined || isFinalRefusal(error, sends)
    if (error.outcome === 'unknown') this.#doubt(pending, copy, error.finalAt)
    else pending.refusal = error
    const againMs = Math.max(AGAIN_MS, error.retryAfterMs ?? 0)
    if (isFinal && !this.#mayTryAgain(pending, error, againMs)) this.#refuse(pending, error)
    else this.#wait(pending, againMs)
  }

  /**
   * A hand-over between instances takes some tenths of a second, so a request that was certainly not executed is sent
   * again for as long as an order is valid.
   */
  #mayTryAgain({ validUntil }: Pending, { code }: WireError, afterMs: number): boolean {
    return code === 'UNAVAILABLE' && this.#serverNow() + afterMs < validUntil
  }

  #lookedUp(pending: Pending, answer: Answer<PlacedOrder>): void {
    if (answer.ok) {
      const { rejectCode } = answer.data
      if (answer.data.status === 'rejected' && rejectCode !== undefined) {
        const message = ERRORS[rejectCode].cause
        this.#refuse(pending, { code: rejectCode, message, outcome: 'not_executed', order: answer.data })
        return
      }
      this.#settle(pending)
      pending.resolve(answer.data)
    } else if (answer.error.code === 'NOT_FOUND') {
      this.#refuse(pending, pending.refusal ?? NEVER_ARRIVED)
    } else {
      this.#wait(pending, Math.max(AGAIN_MS, answer.error.retryAfterMs ?? 0))
    }
  }

  /** A copy may have been executed. @param finalAt when it can no longer execute, if its server said so */
  #doubt(pending: Pending, { sentAt, sentAtServer }: Copy, finalAt?: number): void {
    if (pending.id === undefined) return
    pending.isUncertain = true
    const isDated = 'validUntil' in pending.payload
    const bound = finalAt ?? (isDated ? pending.validUntil : this.#serverNow() + ANSWER_MS_MAX)
    pending.finalAt = Math.max(pending.finalAt ?? 0, bound)
    // By the clock of the server that has this copy, whichever server is used next.
    pending.finalHereAt = Math.max(pending.finalHereAt ?? 0, sentAt + (bound - sentAtServer))
  }

  #wait(pending: Pending, afterMs: number): void {
    pending.cancelTimer()
    pending.cancelTimer = this.#around.clock.after(afterMs, () => {
      for (const copy of pending.copies) this.#doubt(pending, copy)
      this.#send(pending)
    })
  }

  #giveUp(pending: Pending): void {
    const { id, copies, isUncertain, name, refusal } = pending
    this.#settle(pending)
    if (id === undefined) {
      const message = `No answer to ${name} came in time. Nothing was changed.`
      pending.reject(new RequestRefused(refusal ?? { code: 'TIMEOUT', message, outcome: 'not_executed' }))
    } else if (isUncertain || copies.size > 0) {
      for (const copy of copies) this.#doubt(pending, copy)
      pending.reject(new OutcomeUnknownError(id, pending.finalAt))
    } else pending.reject(refusal ? new RequestRefused(refusal) : new NotConnectedError())
  }

  #refuse(pending: Pending, error: WireError): void {
    this.#settle(pending)
    pending.reject(new RequestRefused(error))
  }

  #settle(pending: Pending): void {
    pending.cancelTimer()
    pending.cancelPatience()
    this.#pending.delete(pending)
  }
}

/** A server of an earlier version knows `validUntil` in orders only: during an update, clients of both versions are served. */
const isTooNew = ({ isDatedHere, payload }: Pending, { code, field }: WireError): boolean =>
  isDatedHere && 'validUntil' in payload && code === 'INVALID' && field === 'validUntil'

const NEVER_ARRIVED: WireError = {
  code: 'REQUEST_EXPIRED',
  message: 'The order did not reach the exchange before its validUntil. It was not executed and never will be.',
  outcome: 'not_executed',
}
