import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { ClientToServerEvents, ServerToClientEvents } from '@valiant/shared/protocol/events'
import { type DefaultEventsMap, Server, type Socket } from 'socket.io'
import type { Logger } from '../telemetry/logger.ts'
import type { ClientAddress } from './client-address.ts'
import { type GatewayLimits, Limit, limitKey } from './limits.ts'
import type { Origins } from './origin.ts'
import type { Identity, Sessions } from './sessions.ts'
import { failure, RequestFailure, toWireError } from './wire-error.ts'

/** What the server knows of a socket. */
interface SocketData {
  identity: Identity | undefined
  cookie: string | undefined
  /** What the limits count its address as. */
  address: string
  inFlight: number
  refusals: { count: number; sinceMs: number }
}
export type ValiantServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>
export type ValiantSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>

/**
 * The Socket.IO server, before anyone is let in.
 * @param origins whose pages may connect; a foreign page's handshake is refused, whatever it carries
 */
export function openSocketServer(
  httpServer: HttpServer,
  { origins, limits }: { origins: Origins; limits: GatewayLimits },
): ValiantServer {
  const handshakes = new Limit(limits.handshakesPerSecond, 1)
  const refusalOf = async (request: IncomingMessage): Promise<string | undefined> => {
    if (origins.of(request.headers) === 'foreign') return 'the Origin is not one of this exchange'
    return (await handshakes.take('all')) > 0 ? 'too many connections at once; try again' : undefined
  }
  const io: ValiantServer = new Server(httpServer, {
    transports: ['websocket'],
    serveClient: false,
    pingInterval: 10_000,
    pingTimeout: 8_000,
    connectTimeout: 5_000,
    maxHttpBufferSize: limits.frameBytes,
    perMessageDeflate: false,
    allowRequest: (request, callback) => {
      refusalOf(request).then(
        (refusal) => callback(refusal, refusal === undefined),
        (error: unknown) => callback(String(error), false),
      )
    },
  })
  // Socket.IO looks through all that is sent for binary parts, which this protocol has none of.
  io.encoder.encode = encodePacket
  return io
}

/** A packet of JSON alone, as Socket.IO's own encoder writes it. */
export const encodePacket: ValiantServer['encoder']['encode'] = ({ type, nsp, id, data }) => [
  `${type}${nsp === '/' ? '' : `${nsp},`}${id ?? ''}${data === undefined ? '' : JSON.stringify(data)}`,
]

export interface AdmissionParts {
  readonly sessions: Pick<Sessions, 'ofHandshake'>
  readonly limits: GatewayLimits
  readonly clientAddress: ClientAddress
  readonly logger: Logger
}

/** Who is let in, and as whom, before anything of a socket is served. */
export class Admission {
  readonly #parts: AdmissionParts
  readonly #publicByAddress = new Map<string, number>()

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /**
   * Says who a socket is, in its `data`.
   * @throws {RequestFailure} for what refuses it
   */
  async admit(socket: ValiantSocket): Promise<void> {
    const { sessions, limits, clientAddress } = this.#parts
    const { headers, auth } = socket.handshake
    const address = limitKey(clientAddress(socket.request))
    const identity = await sessions.ofHandshake(headers, auth)
    const { publicSocketsPerAddress } = limits
    if (identity === undefined && (this.#publicByAddress.get(address) ?? 0) >= publicSocketsPerAddress) {
      const message = `Expected at most ${publicSocketsPerAddress} public sockets of one address.`
      throw failure('RATE_LIMITED', message, { retryAfterMs: 5_000 })
    }
    Object.assign(socket.data, {
      identity,
      cookie: headers.cookie,
      address,
      inFlight: 0,
      refusals: { count: 0, sinceMs: Date.now() },
    } satisfies SocketData)
  }

  /** What `connect_error` carries. */
  refusal(error: unknown): Error {
    if (!(error instanceof RequestFailure)) this.#parts.logger.warn({ err: error }, 'a handshake failed')
    const { code, message, retryAfterMs } = toWireError(error, false)
    const data = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) }
    return Object.assign(new Error(message), { data })
  }

  /** A public socket has come or gone. */
  countPublic(address: string, change: 1 | -1): void {
    const count = (this.#publicByAddress.get(address) ?? 0) + change
    if (count > 0) this.#publicByAddress.set(address, count)
    else this.#publicByAddress.delete(address)
  }
}
