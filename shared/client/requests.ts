import { ANSWER_MS_MAX, ORDER_VALID_MS } from '../protocol/limits.ts'
import type { Answer } from '../protocol/events.ts'
import type { DataOf, PayloadOf, RequestName } from '../protocol/requests.ts'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from './errors.ts'
import { newRequestId } from './request-id.ts'

/** Requests that change something, and the field that makes each safe to send again. A test holds it to REQUESTS. */
export const ID_FIELDS = {
  'order.place': 'clientOrderId',
  'order.amend': 'requestId',
  'order.cancel': 'requestId',
  'order.cancelAll': 'requestId',
  'position.close': 'requestId',
  'position.protect': 'requestId',
  cancelAfter: 'requestId',
  'account.update': 'requestId',
  'account.deposit': 'requestId',
  'account.withdraw': 'requestId',
  'account.reset': 'requestId',
  'accounts.create': 'requestId',
} as const satisfies Partial<Record<RequestName, 'clientOrderId' | 'requestId'>>

type WithoutId<Payload> = Payload extends { clientOrderId: string }
  ? Omit<Payload, 'clientOrderId'> & { clientOrderId?: string }
  : Payload

/** A request's payload; the id of an order is made where none is given. */
export type AskPayload<Name extends RequestName> = Name extends 'order.place' | 'order.preview'
  ? WithoutId<PayloadOf<Name>>
  : PayloadOf<Name>

/** No answer within this: it was lost on the way, and is asked for again. */
const PATIENCE_MS = ANSWER_MS_MAX + 2_000
/** So long a request that changes something is sent again under its id before its outcome is called unknown. */
const GIVE_UP_MS = 60_000
const AGAIN_MS = 500

interface Pending {
  readonly name: RequestName
  readonly payload: Record<string, unknown>
  /** Of what changes something: the id it is sent again under. */
  readonly id: string | undefined
  readonly giveUpAt: number
  finalAt: number | undefined
  timer: ReturnType<typeof setTimeout> | undefined
  readonly resolve: (data: unknown) => void
  readonly reject: (error: Error) => void
}

type Send = (name: string, payload: unknown, answered: (answer: Answer) => void) => void

/**
 * Requests without an answer yet. Those that change something are sent again under their own id after a reconnect,
 * and when their outcome is unknown: the exchange gives the first answer again. Those that only read are asked anew.
 */
export class Requests {
  readonly #pending = new Set<Pending>()
  readonly #serverNow: () => number
  #send: Send | undefined

  /** @param serverNow the server's wall time, as well as it is known */
  constructor(serverNow: () => number) {
    this.#serverNow = serverNow
  }

  /** Whether what is asked is sent at once. */
  get isOpen(): boolean {
    return this.#send !== undefined
  }

  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>> {
    const idField = (ID_FIELDS as Partial<Record<RequestName, string>>)[name]
    // Without a connection nothing that changes something is begun: it would be executed when nobody expects it.
    if (idField !== undefined && this.#send === undefined) return Promise.reject(new NotConnectedError())
    const body: Record<string, unknown> = { ...payload }
    if (name === 'order.preview') body['clientOrderId'] ??= newRequestId()
    let id: string | undefined
    if (idField !== undefined) {
      body[idField] ??= newRequestId()
      id = String(body[idField])
    }
    // Sent again late, an order that never arrived must not begin to execute: validUntil stays that of the first time.
    if (name === 'order.place') body['validUntil'] ??= this.#serverNow() + ORDER_VALID_MS
    return new Promise<DataOf<Name>>((resolve, reject) => {
      const pending: Pending = {
        name,
        payload: body,
        id,
        giveUpAt: Date.now() + (id === undefined ? 2 * PATIENCE_MS : GIVE_UP_MS),
        finalAt: body['validUntil'] as number | undefined,
        timer: undefined,
        resolve: resolve as (data: unknown) => void,
        reject,
      }
      this.#pending.add(pending)
      this.#try(pending)
    })
  }

  /** A connection is there: what waits is sent, what had no answer is sent again. */
  open(send: Send): void {
    this.#send = send
    for (const pending of this.#pending) this.#try(pending)
  }

  /** The connection is lost: answers can't come until the next. */
  lose(): void {
    this.#send = undefined
    for (const pending of [...this.#pending]) {
      // Streams are asked for anew by who keeps them.
      if (pending.name === 'subscribe' || pending.name === 'unsubscribe') this.#fail(pending)
      else this.#wait(pending, PATIENCE_MS)
    }
  }

  /** The client is closed: nothing will be answered. */
  end(): void {
    this.#send = undefined
    for (const pending of [...this.#pending]) this.#fail(pending)
  }

  #try(pending: Pending): void {
    this.#wait(pending, PATIENCE_MS)
    this.#send?.(pending.name, pending.payload, (answer) => this.#answered(pending, answer))
  }

  #answered(pending: Pending, answer: Answer): void {
    if (!this.#pending.has(pending)) return
    if (answer.ok) {
      this.#settle(pending)
      pending.resolve(answer.data)
    } else if (answer.error.outcome === 'unknown' && pending.id !== undefined) {
      pending.finalAt = answer.error.finalAt ?? pending.finalAt
      this.#wait(pending, AGAIN_MS)
    } else {
      this.#settle(pending)
      pending.reject(new RequestRefused(answer.error))
    }
  }

  #wait(pending: Pending, afterMs: number): void {
    clearTimeout(pending.timer)
    pending.timer = setTimeout(() => {
      if (Date.now() >= pending.giveUpAt) this.#fail(pending)
      else this.#try(pending)
    }, afterMs)
  }

  #fail(pending: Pending): void {
    this.#settle(pending)
    if (pending.id !== undefined) pending.reject(new OutcomeUnknownError(pending.id, pending.finalAt))
    else {
      const message = `No answer to ${pending.name} came in time. Nothing was changed.`
      pending.reject(new RequestRefused({ code: 'TIMEOUT', message, outcome: 'not_executed' }))
    }
  }

  #settle(pending: Pending): void {
    clearTimeout(pending.timer)
    this.#pending.delete(pending)
  }
}
