import type { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { failure, RequestFailure, toWireError } from '../answering/wire-error.ts'
import type { SocketData, ValiantSocket } from '../valiant-socket.ts'
import { graceOf } from './cancel-on-disconnect.ts'
import type { ClientAddress } from './client-address.ts'
import { type GatewayLimits, limitKey } from './limits.ts'
import type { Sessions } from './sessions.ts'

interface AdmissionParts {
  readonly sessions: Pick<Sessions, 'ofHandshake'>
  readonly limits: GatewayLimits
  readonly clientAddress: ClientAddress
  readonly logger: Logger
  readonly metrics: Pick<GatewayMetrics, 'connectionsRefused' | 'rateLimited'>
}

/** Decides who is admitted and as whom, before a socket is served. */
export class Admission {
  readonly #parts: AdmissionParts
  readonly #publicByAddress = new Map<string, number>()

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /**
   * Identifies a socket and fills in its `data`.
   * @throws {RequestFailure} to refuse it
   */
  async admit(socket: ValiantSocket): Promise<void> {
    const { sessions, limits, clientAddress } = this.#parts
    const { headers, auth } = socket.handshake
    const address = limitKey(clientAddress(socket.request))
    const identity = await sessions.ofHandshake(headers, auth)
    const { publicSocketsPerAddress } = limits
    if (identity === undefined && (this.#publicByAddress.get(address) ?? 0) >= publicSocketsPerAddress) {
      const message = `Expected at most ${publicSocketsPerAddress} public sockets per address.`
      throw failure('RATE_LIMITED', message, { retryAfterMs: 5_000 })
    }
    Object.assign(socket.data, {
      identity,
      cookie: headers.cookie,
      address,
      inFlight: 0,
      refusals: { count: 0, sinceMs: Date.now() },
      missed: undefined,
      graceMs: graceOf(auth, identity),
      leavesAtMs: undefined,
    } satisfies SocketData)
  }

  /** The error for `connect_error`. */
  refusal(error: unknown): Error {
    if (!(error instanceof RequestFailure)) this.#parts.logger.warn({ err: error }, 'handshake failed')
    const { code, message, retryAfterMs } = toWireError(error)
    this.#parts.metrics.connectionsRefused.inc({ reason: code })
    if (code === 'RATE_LIMITED') this.#parts.metrics.rateLimited.inc({ limit: 'public_sockets' })
    const data = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) }
    return Object.assign(new Error(message), { data })
  }

  /** A public socket has connected or disconnected. */
  countPublic(address: string, change: 1 | -1): void {
    const count = (this.#publicByAddress.get(address) ?? 0) + change
    if (count > 0) this.#publicByAddress.set(address, count)
    else this.#publicByAddress.delete(address)
  }
}
