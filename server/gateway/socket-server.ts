import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import { Server } from 'socket.io'
import { Encoder } from 'socket.io-parser'
import { EncodedFrame } from '../bus/encoded-frame.ts'
import type { GatewayMetrics } from '../telemetry/gateway-metrics.ts'
import { invalid, toWireError } from './answering/wire-error.ts'
import type { Connection } from './delivery/connection.ts'
import type { Origins } from './http/origin.ts'
import type { ClientAddress } from './sessions/client-address.ts'
import { limitControlFrames } from './sessions/control-frames.ts'
import { frameDecoder } from './sessions/frame-decoder.ts'
import { type GatewayLimits, Limit, limitKey, transportBytes } from './sessions/limits.ts'
import {
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
  type RoomsAdapter,
  type ValiantServer,
  type ValiantSocket,
} from './valiant-socket.ts'

interface SocketServerOptions {
  readonly origins: Origins
  readonly limits: GatewayLimits
  readonly clientAddress: ClientAddress
  readonly adapter?: RoomsAdapter | undefined
  readonly isServing?: () => boolean
  readonly metrics?: Pick<GatewayMetrics, 'connectionsRefused' | 'rateLimited'>
}

/** The largest share of an instance's handshakes that one address may use, so that some are left for the others. */
const SHARE_OF_AN_ADDRESS = 2 / 3

/**
 * Opens the Socket.IO server; `Admission` decides who is admitted.
 * @param options.origins whose pages may connect; a foreign page's handshake is refused, whatever it carries
 * @param options.adapter joins its rooms to those of other instances
 * @param options.isServing until then handshakes are dropped as if nothing were listening, so that a load balancer that
 * does not check /readyz tries the next instance
 */
export function openSocketServer(
  httpServer: HttpServer,
  { origins, limits, clientAddress, adapter, isServing = () => true, metrics }: SocketServerOptions,
): ValiantServer {
  const handshakes = new Limit(limits.handshakesPerSecond, 1)
  const ofAddress = new Limit(Math.ceil(limits.handshakesPerSecond * SHARE_OF_AN_ADDRESS), 1)
  /** Whether one more is allowed; one over its address's share does not count against the total. */
  const takes = async (request: IncomingMessage): Promise<boolean> =>
    (await ofAddress.take(limitKey(clientAddress(request)))) === 0 && (await handshakes.take('all')) === 0
  const refusalOf = async (request: IncomingMessage): Promise<string | undefined> => {
    if (origins.of(request.headers) === 'foreign') {
      metrics?.connectionsRefused.inc({ reason: 'foreign_origin' })
      return 'the Origin does not belong to this exchange'
    }
    if (!speaksProtocol(request)) {
      metrics?.connectionsRefused.inc({ reason: 'INVALID' })
      return 'EIO: expected 4, as of a client of Socket.IO 3 or 4'
    }
    if (await takes(request)) return undefined
    metrics?.connectionsRefused.inc({ reason: 'handshake_rate' })
    metrics?.rateLimited.inc({ limit: 'handshakes' })
    return 'too many connections at once; try again'
  }
  const io: ValiantServer = new Server(httpServer, {
    transports: ['websocket'],
    serveClient: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: 5_000,
    maxHttpBufferSize: transportBytes(limits),
    parser: { Encoder, Decoder: frameDecoder(limits) },
    perMessageDeflate: false,
    ...(adapter !== undefined && { adapter }),
    allowRequest: (request, callback) => {
      if (!isServing()) {
        metrics?.connectionsRefused.inc({ reason: 'starting' })
        request.socket.destroy()
        callback('this instance is starting', false)
        return
      }
      refusalOf(request).then(
        (refusal) => callback(refusal, refusal === undefined),
        (error: unknown) => callback(String(error), false),
      )
    },
  })
  io.engine.use(refusePolling)
  io.engine.on('connection', (connection: Connection) =>
    limitControlFrames(connection, limits.refusalsPer10Seconds, () => metrics?.rateLimited.inc({ limit: 'refusals' })),
  )
  // Socket.IO searches everything sent for binary parts, which this protocol does not have.
  io.encoder.encode = encodePacket
  return io
}

const queryOf = ({ url = '/' }: IncomingMessage): URLSearchParams => new URLSearchParams(url.split('?')[1])

/** engine.io would first accept the WebSocket, then write an HTTP answer into it, which no client can read. */
const speaksProtocol = (request: IncomingMessage): boolean => queryOf(request).get('EIO') === '4'

/**
 * Socket.IO clients begin with long polling unless told otherwise, and a proxy may remove the header that makes a
 * WebSocket; engine.io would only say "Transport unknown".
 */
function refusePolling(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (request.headers.upgrade?.toLowerCase() === 'websocket') {
    next()
    return
  }
  const isWebSocket = queryOf(request).get('transport') === 'websocket'
  const failure = invalid('transport', 'type', {
    expected: 'a WebSocket, as of a Socket.IO client with { transports: ["websocket"] }',
    found: isWebSocket ? 'a request without Upgrade: websocket, which a proxy may have removed' : 'long polling',
  })
  const body = JSON.stringify({ ok: false, error: toWireError(failure) })
  response.writeHead(400, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
}

/** A packet of JSON only, as Socket.IO's own encoder writes it. An account frame is JSON already. */
export const encodePacket: ValiantServer['encoder']['encode'] = ({ type, nsp, id, data }) => [
  `${type}${nsp === '/' ? '' : `${nsp},`}${id ?? ''}${data === undefined ? '' : jsonOf(data)}`,
]

function jsonOf(data: unknown): string {
  if (!Array.isArray(data) || !(data[1] instanceof EncodedFrame)) return JSON.stringify(data)
  return `[${JSON.stringify(data[0])},${data[1].json}]`
}

const NOTHING = {}

/**
 * Releases the HTTP request of a socket and what Socket.IO copied from it. All of it has been read, but it would be kept
 * for the life of the socket and take a sixth of its memory. `handshake.auth` stays.
 */
export function forgetRequest({ conn, handshake }: ValiantSocket): void {
  const { request } = conn
  Object.assign(conn, { request: undefined })
  // A listener in engine.io keeps the object itself.
  for (const name of Reflect.ownKeys(request)) Reflect.deleteProperty(request, name)
  Object.assign(handshake, { headers: NOTHING, query: NOTHING, time: '', url: '' })
}
