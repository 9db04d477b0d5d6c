import type { Server as HttpServer } from 'node:http'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import type { Sockets } from '../sockets.ts'

export interface DrainTimes {
  /** For how long the load balancer may still send connections here after it was told not to. */
  readonly noticeMs: number
  /** Over how long the sockets are sent away; 0: at once, when there is no other instance to go to. */
  readonly spreadMs: number
}

/** Sockets that have been told to go have so long more. */
const GRACE_MS = 2_000
/** What has been asked is answered within this after that, or never. */
const ANSWERS_MS_MAX = 8_000
const LOOK_MS = 50

/**
 * Sends everyone away from this instance without losing an answer. The caller has
 * already said on /readyz that it goes.
 */
export async function drain(
  { httpServer, sockets, exchange }: { httpServer: HttpServer; sockets: Sockets; exchange: ExchangeRequests },
  { noticeMs, spreadMs }: DrainTimes,
): Promise<void> {
  await pause(noticeMs)
  // Not awaited: it would wait for every WebSocket. New connections go elsewhere from here on.
  httpServer.close()
  httpServer.closeIdleConnections()
  sockets.sendAway(spreadMs)
  const sentAwayMs = Date.now()
  if (spreadMs > 0) await until(() => sockets.count === 0, sentAwayMs + spreadMs + GRACE_MS)
  const isAnswered = () => sockets.inFlight === 0 && exchange.pending === 0
  await until(isAnswered, sentAwayMs + Math.max(ANSWERS_MS_MAX, spreadMs + GRACE_MS))
  await sockets.closeAll()
  httpServer.closeAllConnections()
}

async function until(isOver: () => boolean, endMs: number): Promise<void> {
  while (!isOver() && Date.now() < endMs) await pause(LOOK_MS)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
