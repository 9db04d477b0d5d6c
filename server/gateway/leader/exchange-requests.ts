import { hash, randomUUID } from 'node:crypto'
import type { Answer } from '@valiant/shared/protocol/events'
import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import { type CommandBus, type CommandReply, type NewCommand, Unavailable } from '../../bus/commands.ts'
import { type ExchangeRequest, validUntilOf } from '../../bus/exchange-request.ts'
import { currentTrace } from '../../telemetry/tracing.ts'
import { ExchangeCapacity } from './exchange-capacity.ts'
import { type Moment, momentAt, msUntil, ClockStep } from './clock-step.ts'
import { RequestFailure } from '../answering/wire-error.ts'

/** The exchange does not start executing a request later than this after its receipt; the rest is for the answer. */
const EXECUTION_MS_MAX = ANSWER_MS_MAX - 1_500
/** TIMEOUT is sent this long before the client stops listening. */
const ANSWER_MARGIN_MS = 300
/** Without an answer for this long, the same entry is sent again: the request or its answer may have been lost. */
const RESEND_MS = 1_000
const SWEEP_MS = 100
const PENDING_MAX = 10_000
const CLOSE_MS_MAX = 8_000
/** These are accepted as long as anything is, so that a bot in trouble can always get out. */
const WAYS_OUT: readonly ExchangeRequest['event'][] = [
  'order.cancel',
  'order.cancelAll',
  'position.close',
  'cancelAfter',
  'connection.hold',
  'connection.release',
]

interface ExchangeQuestion {
  readonly request: ExchangeRequest
  /** The id under which the exchange records its answer; absent for requests that change nothing. */
  readonly commandId?: string
  /** Wall time in ms at which the client's request arrived. */
  readonly receivedAtMs: number
}

interface Pending {
  /** Its expiry and its number are set for each copy. */
  readonly command: Omit<NewCommand, 'expiresAtMs' | 'copy'>
  readonly expires: Moment
  /** `validUntil` of a request that has one. */
  readonly validUntil: Moment | undefined
  readonly answerBy: Moment
  /** `finalAt` for the client, by this server's wall clock; undefined for requests that change nothing. */
  readonly finalAtMs: number | undefined
  /** Monotonic. */
  sentAtMs: number
  copies: number
  /** An earlier copy was refused: only a new leader is sent another one, since each delays the answer. */
  isRefused: boolean
  resolve(answer: Answer): void
  reject(error: Error): void
}

/**
 * The gateway's side of the command bus: sends requests, sends them again when there is no answer, and answers in time, if
 * only with TIMEOUT.
 */
export class ExchangeRequests implements AsyncDisposable {
  readonly #bus: CommandBus
  readonly #gateway: string
  readonly #isOpen: () => boolean
  readonly #pending = new Map<string, Pending>()
  readonly #sweep: NodeJS.Timeout
  readonly #capacity = new ExchangeCapacity(performance.now())
  readonly #clockStep = new ClockStep()
  /** When the exchange was last heard, and the deadline of the newest request that it has answered; monotonic. */
  #heardAtMs = 0
  #answeredByMs = 0
  #emptied: (() => void) | undefined
  #resent = 0
  #epoch = 0

  /**
   * @param gateway the unique name of this instance on the bus
   * @param isOpen whether the exchange currently takes commands
   */
  constructor({ bus, gateway, isOpen }: { bus: CommandBus; gateway: string; isOpen: () => boolean }) {
    this.#bus = bus
    this.#isOpen = isOpen
    this.#gateway = gateway
    bus.onReply(gateway, (reply) => this.#receive(reply))
    this.#sweep = setInterval(() => this.#review(performance.now()), SWEEP_MS)
  }

  /**
   * Asks the exchange.
   * @throws {Unavailable} when the request was certainly not executed
   * @throws {RequestFailure} TIMEOUT: it may have been executed, but not after `finalAt`
   */
  ask({ request, commandId, receivedAtMs }: ExchangeQuestion): Promise<Answer> {
    // Refused before anything is sent, so that the outcome is certain.
    if (!this.#isOpen()) return Promise.reject(new Unavailable('it is recovering'))
    const waitingMax = WAYS_OUT.includes(request.event) ? PENDING_MAX : this.#capacity.waitingMax
    if (this.#pending.size >= Math.min(PENDING_MAX, waitingMax)) {
      return Promise.reject(new Unavailable(`${this.#pending.size} requests are already waiting`))
    }
    const validUntilMs = validUntilOf(request)
    const finalAtMs = Math.min(receivedAtMs + EXECUTION_MS_MAX, validUntilMs ?? Infinity)
    const trace = currentTrace()
    const command = {
      id: randomUUID(),
      gateway: this.#gateway,
      request,
      ...(commandId !== undefined && { commandId, payloadHash: contentHash(request) }),
      ...(trace !== undefined && { trace }),
    }
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        command,
        expires: momentAt(receivedAtMs + EXECUTION_MS_MAX),
        validUntil: validUntilMs === undefined ? undefined : momentAt(validUntilMs - this.#clockStep.ms),
        answerBy: momentAt(receivedAtMs + ANSWER_MS_MAX - ANSWER_MARGIN_MS),
        finalAtMs: commandId === undefined ? undefined : finalAtMs,
        sentAtMs: performance.now(),
        copies: 1,
        isRefused: false,
        resolve,
        reject,
      }
      this.#pending.set(command.id, pending)
      this.#bus.send(this.#dated(pending)).catch((error: unknown) => {
        // After any other failure, or once it was sent again, it is unknown whether the request was taken.
        if (error instanceof Unavailable && this.#pending.get(command.id)?.copies === 1) {
          this.#settle(command.id)?.reject(error)
        }
      })
    })
  }

  /** Number of unanswered requests. */
  get pending(): number {
    return this.#pending.size
  }

  /** Number of resends since the start. */
  get resent(): number {
    return this.#resent
  }

  /** Sends all unanswered requests again: they or their answers may have been lost. */
  resend(): void {
    for (const pending of this.#pending.values()) this.#sendAgain(pending)
  }

  /** A new leader answers what its predecessor committed but did not answer. */
  sawEpoch(epoch: number): void {
    if (epoch <= this.#epoch) return
    const isSuccessor = this.#epoch > 0
    this.#epoch = epoch
    if (isSuccessor) this.resend()
  }

  /** Waits a bounded time until everything is answered; requests that arrive meanwhile are still served. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve
        setTimeout(resolve, CLOSE_MS_MAX).unref()
      })
    }
    clearInterval(this.#sweep)
    for (const id of [...this.#pending.keys()]) this.#timeOut(id)
  }

  #receive({ id, epoch, answer, ofCopy = Infinity }: CommandReply): void {
    this.#heardAtMs = performance.now()
    // Ignores a leader that has been replaced: the resend goes to its successor.
    if (epoch < this.#epoch) return
    const pending = this.#pending.get(id)
    if (pending !== undefined && ofCopy < pending.copies) pending.isRefused = true
    else if (pending !== undefined) {
      this.#settle(id)
      this.#capacity.answered()
      this.#answeredByMs = Math.max(this.#answeredByMs, pending.answerBy.monotonicMs)
      pending.resolve(answer)
    }
    this.sawEpoch(epoch)
  }

  #review(nowMs: number): void {
    this.#clockStep.look()
    for (const [id, pending] of this.#pending) {
      if (msUntil(pending.answerBy) <= 0) this.#timeOut(id)
      else if (nowMs - pending.sentAtMs >= RESEND_MS && this.#mayBeLost(pending, nowMs)) this.#sendAgain(pending)
    }
    this.#capacity.look(this.#pending.size, nowMs)
  }

  /** Whether the request was lost rather than stuck in a long queue, which copies would make longer. */
  #mayBeLost({ answerBy, isRefused }: Pending, nowMs: number): boolean {
    if (isRefused) return false
    return answerBy.monotonicMs < this.#answeredByMs || nowMs - this.#heardAtMs >= RESEND_MS
  }

  #sendAgain(pending: Pending): void {
    if (msUntil(pending.expires) <= 0) return
    pending.sentAtMs = performance.now()
    pending.copies += 1
    this.#resent += 1
    // A refusal of this copy says nothing about the first one: keep waiting.
    this.#bus.send(this.#dated(pending)).catch(() => undefined)
  }

  /**
   * The client's `finalAt` uses this server's clock, the exchange the clock shared by all servers. Each copy is dated by the
   * current clocks, so that none outlives its `finalAt`, whichever clock was set back.
   */
  #dated({ command, expires, validUntil, copies }: Pending): NewCommand {
    const { request } = command
    const nowMs = this.#bus.nowMs()
    return {
      ...command,
      copy: copies,
      expiresAtMs: nowMs + msUntil(expires),
      request:
        validUntil === undefined || !('validUntilMs' in request)
          ? request
          : { ...request, validUntilMs: nowMs + msUntil(validUntil) },
    }
  }

  #timeOut(id: string): void {
    const pending = this.#settle(id)
    if (pending === undefined) return
    const isOrder = pending.command.request.event === 'order.place'
    const advice = `: send the same id again${isOrder ? ', or ask order.get after finalAt' : ''}`
    pending.reject(
      new RequestFailure({
        code: 'TIMEOUT',
        message: `The exchange did not answer in time${pending.finalAtMs === undefined ? '' : advice}.`,
        outcome: pending.finalAtMs === undefined ? 'not_executed' : 'unknown',
        ...(pending.finalAtMs !== undefined && { finalAt: pending.finalAtMs }),
      }),
    )
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size === 0) this.#emptied?.()
    return pending
  }
}

/** Fields that may differ between two copies of the same request. */
const NOT_CONTENT: readonly string[] = ['validUntilMs', 'source']

/** SHA-256 of a request's content in ticks and lots, with defaults filled in, so that "10" and "10.0" are equal. */
export function contentHash(request: ExchangeRequest): string {
  const content = Object.entries(request).filter(
    ([field, value]) => value !== undefined && !NOT_CONTENT.includes(field),
  )
  return hash('sha256', JSON.stringify(content.sort(byName), sorted), 'hex')
}

/** A JSON replacer that sorts the fields of nested objects, so that their order does not matter. */
const sorted = (_key: string, value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(byName))

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)
