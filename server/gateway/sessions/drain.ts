import type { Server as HttpServer } from 'node:http'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import type { Sockets } from '../sockets.ts'
import type { SocketDrain } from './socket-drain.ts'

export interface DrainTimes {
  /** How long the load balancer may take to notice that /readyz fails. */
  readonly noticeMs: number
  /** The time over which sockets are sent away; 0 means at once, for a single instance. */
  readonly spreadMs: number
}

interface DrainedParts {
  readonly httpServer: HttpServer
  readonly sockets: Pick<Sockets, 'inFlight'>
  readonly socketDrain: SocketDrain
  readonly exchange: Pick<ExchangeRequests, 'pending'>
}

/** How long after its `afterMs` a socket may still be open: clients connect elsewhere first, and then leave by themselves. */
const GRACE_MS = 2_000
/** After that, pending requests must be answered within this time. */
const ANSWERS_MS_MAX = 8_000
const LOOK_MS = 50

/**
 * Sends all clients away from this instance without losing an answer. /readyz must fail already.
 */
export async function drain(
  { httpServer, sockets, socketDrain, exchange }: DrainedParts,
  { noticeMs, spreadMs }: DrainTimes,
): Promise<void> {
  await pause(noticeMs)
  // Not awaited, since it would wait for every WebSocket. From here on new connections are refused.
  httpServer.close()
  httpServer.closeIdleConnections()
  socketDrain.begin(spreadMs)
  const sentAwayMs = Date.now()
  if (spreadMs > 0) await until(() => socketDrain.closeOverdue(GRACE_MS) === 0, sentAwayMs + spreadMs + GRACE_MS)
  const isAnswered = () => sockets.inFlight === 0 && exchange.pending === 0
  await until(isAnswered, sentAwayMs + Math.max(ANSWERS_MS_MAX, spreadMs + GRACE_MS))
  await socketDrain.closeAll()
  httpServer.closeAllConnections()
}

async function until(isOver: () => boolean, endMs: number): Promise<void> {
  while (!isOver() && Date.now() < endMs) await pause(LOOK_MS)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
