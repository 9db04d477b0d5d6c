import type { Feed } from '../feed/feed.ts'
import { only, oneOf } from '../telemetry/observable-metrics.ts'
import type { GatewayMetrics } from '../telemetry/gateway-metrics.ts'
import type { ExchangeRequests } from './leader/exchange-requests.ts'
import type { ExchangeState } from './leader/exchange-state.ts'
import type { FanOut } from './delivery/fan-out.ts'
import type { NetworkBytes } from './http/measured-http.ts'
import type { SlowSockets } from './delivery/slow-sockets.ts'
import type { SocketDrain } from './sessions/socket-drain.ts'
import type { Sockets } from './sockets.ts'

interface Readable {
  readonly sockets: Pick<Sockets, 'count' | 'signedIn' | 'inFlight' | 'sent'>
  readonly socketDrain: Pick<SocketDrain, 'hasBegun'>
  readonly slowSockets: Pick<SlowSockets, 'ended' | 'held'>
  readonly fanOut: Pick<FanOut, 'sent'>
  readonly exchange: Pick<ExchangeRequests, 'pending' | 'resent'>
  readonly state: Pick<ExchangeState, 'status'>
  readonly feed: Pick<Feed, 'timeMs'>
  readonly network: NetworkBytes
}

/** Reads the gateway's gauges whenever the metrics are collected. @returns stops that */
export function showReadings(metrics: GatewayMetrics, parts: Readable): () => void {
  const { sockets, socketDrain, slowSockets, fanOut, exchange, state, feed, network } = parts
  const ends = [
    metrics.sockets.from(() => [
      [{ signed_in: 'true' }, sockets.signedIn],
      [{ signed_in: 'false' }, sockets.count - sockets.signedIn],
    ]),
    metrics.socketsHeld.from(() => only(slowSockets.held)),
    metrics.socketsDraining.from(() => only(socketDrain.hasBegun ? sockets.count : 0)),
    metrics.slowSocketsEnded.from(() => only(slowSockets.ended)),
    metrics.framesSent.from(() => [
      ...[...fanOut.sent].map(([stream, { frames }]) => [{ stream }, frames] as const),
      ...[...sockets.sent].map(([stream, frames]) => [{ stream }, frames] as const),
    ]),
    metrics.framesSentBytes.from(() => [...fanOut.sent].map(([stream, { bytes }]) => [{ stream }, bytes] as const)),
    metrics.networkSentBytes.from(() => only(network.sent)),
    metrics.networkReceivedBytes.from(() => only(network.received)),
    metrics.requestsInFlight.from(() => only(sockets.inFlight)),
    metrics.exchangeRequestsWaiting.from(() => only(exchange.pending)),
    metrics.commandsResent.from(() => only(exchange.resent)),
    metrics.marketStatus.from(() => oneOf('status', ['open', 'degraded', 'halted'], state.status.market)),
    metrics.feedAgeSeconds.from(() => (feed.timeMs === 0 ? undefined : only((Date.now() - feed.timeMs) / 1_000))),
  ]
  return () => {
    for (const end of ends) end()
  }
}
