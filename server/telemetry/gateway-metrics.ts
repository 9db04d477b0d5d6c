import { Counter, Histogram, Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'
import { startAtZero } from './start-at-zero.ts'

/** From half a millisecond, the time of an order on one machine, to the timeout of clients. */
const ANSWER_SECONDS = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** Wider than ANSWER_SECONDS, because this includes whole pages. */
const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const REFUSAL_REASONS = ['starting', 'foreign_origin', 'handshake_rate', 'RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL']
const LIMITS = [
  ...['trading', 'requests', 'in_flight', 'refusals'],
  ...['guests', 'sign_ins', 'pages', 'handshakes', 'public_sockets'],
]

/** Metrics of a gateway, as clients see it. No label identifies an account, a socket or an address. */
export class GatewayMetrics {
  readonly sockets: ObservableGauge<'signed_in'>
  readonly socketsHeld: ObservableGauge
  readonly socketsDraining: ObservableGauge
  readonly slowSocketsEnded: ObservableCounter
  readonly connectionsAccepted: Counter<'signed_in'>
  readonly connectionsRefused: Counter<'reason'>
  readonly framesSent: ObservableCounter<'stream'>
  readonly framesSentBytes: ObservableCounter<'stream'>
  readonly networkSentBytes: ObservableCounter
  readonly networkReceivedBytes: ObservableCounter
  readonly requests: Counter<'request' | 'code'>
  readonly requestSeconds: Histogram<'request'>
  readonly requestsInFlight: ObservableGauge
  readonly orders: Counter<'outcome'>
  readonly orderAckSeconds: Histogram<'request'>
  readonly exchangeRequestsWaiting: ObservableGauge
  readonly commandsResent: ObservableCounter
  readonly signIns: Counter<'kind'>
  readonly rateLimited: Counter<'limit'>
  readonly httpRequests: Counter<'method' | 'route' | 'status'>
  readonly httpSeconds: Histogram<'method' | 'route'>
  readonly marketStatus: ObservableGauge<'status'>
  readonly feedAgeSeconds: ObservableGauge

  constructor(registry = new Registry()) {
    const registers = [registry]
    this.sockets = new ObservableGauge({
      ...{ registry, name: 'valiant_sockets', labelNames: ['signed_in'] },
      help: 'Connected sockets, by whether they have an account ("true", "false").',
    })
    this.socketsHeld = new ObservableGauge({
      ...{ registry, name: 'valiant_sockets_held' },
      help: 'Sockets that read too slowly: they get no market data until they have caught up.',
    })
    this.socketsDraining = new ObservableGauge({
      ...{ registry, name: 'valiant_sockets_draining' },
      help: 'Sockets that were asked to reconnect elsewhere because this instance is stopping, and that are still connected.',
    })
    this.slowSocketsEnded = new ObservableCounter({
      ...{ registry, name: 'valiant_slow_sockets_ended_total' },
      help: 'Sockets closed because their clients did not read, or not fast enough.',
    })
    this.connectionsAccepted = new Counter({
      ...{ registers, name: 'valiant_connections_accepted_total', labelNames: ['signed_in'] as const },
      help: 'Sockets that were accepted.',
    })
    this.connectionsRefused = new Counter({
      ...{ registers, name: 'valiant_connections_refused_total', labelNames: ['reason'] as const },
      help: 'Handshakes that were refused, by reason: "starting", "foreign_origin", "handshake_rate", or an error code of the protocol.',
    })
    this.framesSent = new ObservableCounter({
      ...{ registry, name: 'valiant_frames_sent_total', labelNames: ['stream'] },
      help: 'Frames sent to sockets, by event of the protocol. A frame sent to ten sockets counts ten times.',
    })
    this.framesSentBytes = new ObservableCounter({
      ...{ registry, name: 'valiant_frames_sent_bytes_total', labelNames: ['stream'] },
      help: 'Bytes of the frames that are encoded once for many sockets (market and heartbeats), counted per socket.',
    })
    this.networkSentBytes = new ObservableCounter({
      ...{ registry, name: 'valiant_network_sent_bytes_total' },
      help: 'Bytes written to connections of the public port: frames, responses, pages.',
    })
    this.networkReceivedBytes = new ObservableCounter({
      ...{ registry, name: 'valiant_network_received_bytes_total' },
      help: 'Bytes read from connections of the public port.',
    })
    this.requests = new Counter({
      ...{ registers, name: 'valiant_requests_total', labelNames: ['request', 'code'] as const },
      help: 'Requests of the protocol that were answered, over sockets and REST, by code: "ok" or an error code. A request with an unknown name counts as "unknown".',
    })
    this.requestSeconds = new Histogram({
      ...{ registers, name: 'valiant_request_duration_seconds', labelNames: ['request'] as const },
      ...{ buckets: ANSWER_SECONDS, help: 'Time from the arrival of a request to its answer.' },
    })
    this.requestsInFlight = new ObservableGauge({
      ...{ registry, name: 'valiant_requests_in_flight' },
      help: 'Requests over sockets that are not answered yet.',
    })
    this.orders = new Counter({
      ...{ registers, name: 'valiant_orders_total', labelNames: ['outcome'] as const },
      help: 'Answers to order.place: "accepted" (open or waiting for its trigger), "filled" (filled at once), "closed" (canceled at once, for example an IOC order), "duplicate" (answered before), or the error code of the refusal.',
    })
    this.orderAckSeconds = new Histogram({
      ...{ registers, name: 'valiant_order_ack_seconds', labelNames: ['request'] as const },
      ...{ buckets: ANSWER_SECONDS },
      help: 'Time from the arrival of an order.* request that changes something to its answer. Only requests that the exchange answered or that timed out there.',
    })
    this.exchangeRequestsWaiting = new ObservableGauge({
      ...{ registry, name: 'valiant_exchange_requests_waiting' },
      help: 'Requests that this gateway has sent to the exchange and that are not answered yet.',
    })
    this.commandsResent = new ObservableCounter({
      ...{ registry, name: 'valiant_commands_resent_total' },
      help: 'Commands that were sent to the exchange again because no answer came.',
    })
    this.signIns = new Counter({
      ...{ registers, name: 'valiant_sign_ins_total', labelNames: ['kind'] as const },
      help: 'Sessions started: "guest" (a new guest), "sign_up", "sign_in".',
    })
    this.rateLimited = new Counter({
      ...{ registers, name: 'valiant_rate_limited_total', labelNames: ['limit'] as const },
      help: 'Requests refused by a rate limit: "trading" (enforced by the exchange), "requests", "in_flight", "guests", "sign_ins", "pages", "handshakes", "public_sockets", "refusals" (the socket is closed, or over REST the request refused).',
    })
    this.httpRequests = new Counter({
      ...{ registers, name: 'valiant_http_requests_total', labelNames: ['method', 'route', 'status'] as const },
      help: 'HTTP requests that were answered, by route pattern ("page" for all pages of the terminal) and status class ("2xx").',
    })
    this.httpSeconds = new Histogram({
      ...{ registers, name: 'valiant_http_request_duration_seconds', labelNames: ['method', 'route'] as const },
      ...{ buckets: HTTP_SECONDS, help: 'Time from the header of an HTTP request to the end of the response.' },
    })
    this.marketStatus = new ObservableGauge({
      ...{ registry, name: 'valiant_gateway_market_status', labelNames: ['status'] },
      help: '1 for the market status that this gateway reports to its clients: "open" or "degraded".',
    })
    this.feedAgeSeconds = new ObservableGauge({
      ...{ registry, name: 'valiant_feed_age_seconds' },
      help: 'How far the newest market frame that this gateway has sent is behind its clock.',
    })
    startAtZero(this.connectionsAccepted, 'signed_in', ['true', 'false'])
    startAtZero(this.connectionsRefused, 'reason', REFUSAL_REASONS)
    startAtZero(this.orders, 'outcome', ['accepted', 'filled', 'UNAVAILABLE', 'TIMEOUT', 'INTERNAL'])
    startAtZero(this.signIns, 'kind', ['guest', 'sign_up', 'sign_in'])
    startAtZero(this.rateLimited, 'limit', LIMITS)
  }
}
