import type { Answer, Rate } from '@valiant/shared/protocol/events'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import { REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import type { Request } from 'express'
import { AuthUnavailable } from '../../auth/auth-unavailable.ts'
import type { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'
import { type Dispatcher, isUncounted } from '../answering/dispatcher.ts'
import { inTime } from '../answering/time-limit.ts'
import { failure } from '../answering/wire-error.ts'
import type { ClientAddress } from '../sessions/client-address.ts'
import { type GatewayLimits, Limit, limitKey } from '../sessions/limits.ts'
import { type Identity, requesterOf, type Sessions } from '../sessions/sessions.ts'
import { accountIdOf } from './rest-fields.ts'

export interface VisitorParts {
  readonly dispatcher: Dispatcher
  readonly sessions: Sessions
  readonly clientAddress: ClientAddress
  readonly limits: GatewayLimits
  readonly metrics: Pick<GatewayMetrics, 'rateLimited'>
}

/** Those who ask over REST: who they are, how often they may ask, and the protocol's requests on their behalf. */
export class RestVisitors {
  readonly #dispatcher: Dispatcher
  readonly #sessions: Sessions
  readonly #clientAddress: ClientAddress
  readonly #requests: Limit
  readonly #refusals: Limit
  readonly #metrics: VisitorParts['metrics']

  constructor({ dispatcher, sessions, clientAddress, limits, metrics }: VisitorParts) {
    this.#metrics = metrics
    this.#dispatcher = dispatcher
    this.#sessions = sessions
    this.#clientAddress = clientAddress
    this.#requests = new Limit(limits.requestsPerSecond, 1)
    this.#refusals = new Limit(limits.refusalsPer10Seconds, 10)
  }

  /**
   * Before anything is read: an address with too many refusals, as a socket with as many is closed.
   * @throws {RequestFailure} RATE_LIMITED
   */
  async assertMayAsk(request: Request): Promise<void> {
    const { remaining, resetMs } = await this.#refusals.left(this.#keyOf(request))
    if (remaining > 0) return
    this.#metrics.rateLimited.inc({ limit: 'refusals' })
    const message = 'Too many refused requests from this address.'
    throw failure('RATE_LIMITED', message, { retryAfterMs: Math.max(1, resetMs) })
  }

  /** Counts a refusal against its address, if nothing else has counted it. */
  async noteRefusal(request: Request, { code }: Pick<WireError, 'code'>): Promise<void> {
    if (isUncounted(code)) await this.#refusals.take(this.#keyOf(request))
  }

  /** Runs a request of the protocol on behalf of the visitor. */
  async ask(request: Request, event: RequestName, payload: unknown): Promise<Answer> {
    const receivedAtMs = Date.now()
    const isPublic = REQUESTS[event].scope === 'public'
    const identity = await (isPublic
      ? this.#identityByKey(request, receivedAtMs)
      : this.identityOf(request, receivedAtMs))
    return this.#dispatcher.answer(event, payload, requesterOf(identity, { socketId: undefined, receivedAtMs }), () =>
      this.#requests.take(this.#keyOf(request)),
    )
  }

  /** @returns undefined for a visitor without a session or key */
  identityOf(request: Request, receivedAtMs: number): Promise<Identity | undefined> {
    const identity = this.#sessions.ofRequest(request.headers, request.method, accountIdOf(request))
    return inTime(identity, { receivedAtMs, changes: false })
  }

  /** Counts a request against its address. @throws {RequestFailure} RATE_LIMITED */
  async assertWithin(request: Request): Promise<void> {
    const retryAfterMs = await this.#requests.take(this.#keyOf(request))
    if (retryAfterMs === 0) return
    this.#metrics.rateLimited.inc({ limit: 'requests' })
    throw failure('RATE_LIMITED', 'Too many requests from this address.', { retryAfterMs })
  }

  /** What its address has left. */
  left(request: Request): Promise<Rate> {
    return this.#requests.left(this.#keyOf(request))
  }

  /** For public requests, which are answered while nobody can be looked up: a cookie is ignored, a wrong key is refused. */
  async #identityByKey(request: Request, receivedAtMs: number): Promise<Identity | undefined> {
    if (request.headers.authorization === undefined) return undefined
    try {
      return await this.identityOf(request, receivedAtMs)
    } catch (error) {
      if (error instanceof AuthUnavailable) return undefined
      throw error
    }
  }

  #keyOf(request: Request): string {
    return `http ${limitKey(this.#clientAddress(request))}`
  }
}
