import { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { type TraceHeaders, traceHeadersOf } from '../../telemetry/tracing.ts'
import type { GatheredWrites } from '../delivery/gathered-writes.ts'
import type { ValiantSocket } from '../valiant-socket.ts'
import { close } from '../sessions/goodbye.ts'
import { type GatewayLimits, Limit } from '../sessions/limits.ts'
import { type Identity, requesterOf } from '../sessions/sessions.ts'
import type { Dispatcher, TakeRequest } from './dispatcher.ts'
import { failure } from './wire-error.ts'

/** Unanswered requests of one socket; more are refused. */
const IN_FLIGHT_MAX = 1_000
const REFUSALS_MS = 10_000

interface SocketRequestsParts {
  readonly dispatcher: Dispatcher
  readonly limits: GatewayLimits
  readonly writes: GatheredWrites
  /** A snapshot of the account has been answered, with this seq. */
  readonly sawAccountSeq: (account: number, seq: number) => void
  readonly logger: Logger
  readonly metrics: Pick<GatewayMetrics, 'rateLimited'>
}

/** Answers the requests of sockets, within their limits. */
export class SocketRequests {
  readonly #parts: SocketRequestsParts
  readonly #rates: Readonly<Record<'request' | 'repeat', Limit>>
  #inFlight = 0
  #answers = 0

  constructor(parts: SocketRequestsParts) {
    this.#parts = parts
    const limit = () => new Limit(parts.limits.requestsPerSecond, 1)
    this.#rates = { request: limit(), repeat: limit() }
  }

  /** Unanswered requests. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Answers sent since the start. */
  get answers(): number {
    return this.#answers
  }

  /** Handles every event, known or not. Never throws and never leaves a request unanswered. */
  async receive(socket: ValiantSocket, packet: readonly unknown[]): Promise<void> {
    const acknowledge = packet.at(-1)
    if (typeof acknowledge !== 'function') {
      // Without an acknowledgement nothing is executed; each counts as a refusal.
      this.#countRefusal(socket)
      return
    }
    const [event] = packet
    const payload = packet.length > 2 ? packet[1] : undefined
    const trace = packet.length > 3 ? traceHeadersOf(packet[2]) : undefined
    socket.data.inFlight += 1
    this.#inFlight += 1
    const answer = await this.#answer(socket, { event, payload, trace })
    socket.data.inFlight -= 1
    this.#inFlight -= 1
    try {
      const answerTo = acknowledge as (answer: Answer) => void
      this.#parts.writes.gather(socket)
      answerTo(answer)
      this.#answers += 1
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'an answer could not be sent')
    }
    if (!answer.ok) this.#countRefusal(socket)
  }

  /** A socket that has closed has no limits. */
  forget(socket: ValiantSocket): void {
    for (const rate of Object.values(this.#rates)) void rate.forget(socket.id)
  }

  async #answer(
    socket: ValiantSocket,
    { event, payload, trace }: { event: unknown; payload: unknown; trace: TraceHeaders | undefined },
  ): Promise<Answer> {
    const { data } = socket
    const { dispatcher, metrics } = this.#parts
    if (data.inFlight > IN_FLIGHT_MAX) {
      metrics.rateLimited.inc({ limit: 'in_flight' })
      const message = `Expected at most ${IN_FLIGHT_MAX} unanswered requests.`
      return { ok: false, error: failure('RATE_LIMITED', message, { retryAfterMs: 1_000 }).error }
    }
    const requester = requesterOf(data.identity, { socketId: socket.id, receivedAtMs: Date.now() })
    const take: TakeRequest = (rate) => this.#rates[rate].take(socket.id)
    const answer = await dispatcher.answer(event, payload, requester, take, trace)
    if (answer.ok && event === 'account') this.#sawSnapshot(data.identity, answer.data)
    return answer
  }

  /** For a quiet account, the snapshot is where heartbeats get their seq from. */
  #sawSnapshot(identity: Identity | undefined, snapshot: unknown): void {
    const parsed = AccountSnapshot.pick({ seq: true }).safeParse(snapshot)
    if (identity !== undefined && parsed.success) this.#parts.sawAccountSeq(identity.account, parsed.data.seq)
  }

  #countRefusal(socket: ValiantSocket): void {
    const { limits, metrics } = this.#parts
    const { refusals } = socket.data
    const nowMs = Date.now()
    if (nowMs - refusals.sinceMs > REFUSALS_MS) Object.assign(refusals, { count: 0, sinceMs: nowMs })
    refusals.count += 1
    const { refusalsPer10Seconds } = limits
    if (refusals.count === refusalsPer10Seconds + 1) {
      metrics.rateLimited.inc({ limit: 'refusals' })
      close(socket, 'RATE_LIMITED', `More than ${refusalsPer10Seconds} refusals in 10 s.`)
    }
  }
}
