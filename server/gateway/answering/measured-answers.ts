import type { Answer } from '@valiant/shared/protocol/events'
import { REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import type { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'

type AnswerMetrics = Pick<GatewayMetrics, 'requests' | 'requestSeconds' | 'orders' | 'orderAckSeconds' | 'rateLimited'>

/** Counts a request by its answer. @param seconds from its arrival to its answer */
export function measureAnswer(
  metrics: AnswerMetrics,
  request: RequestName | 'unknown',
  answer: Answer,
  seconds: number,
): void {
  const code = answer.ok ? 'ok' : answer.error.code
  metrics.requests.inc({ request, code })
  metrics.requestSeconds.observe({ request }, seconds)
  if (code === 'RATE_LIMITED') metrics.rateLimited.inc({ limit: answer.rate === undefined ? 'requests' : 'trading' })
  if (request === 'order.place') metrics.orders.inc({ outcome: outcomeOf(answer) })
  if (isOrder(request) && isOfExchange(answer)) metrics.orderAckSeconds.observe({ request }, seconds)
}

/** The outcome of an order, as far as its answer tells. */
export function outcomeOf(answer: Answer): string {
  if (answer.duplicate === true) return 'duplicate'
  if (!answer.ok) return answer.error.code
  const status: unknown =
    typeof answer.data === 'object' && answer.data !== null ? Reflect.get(answer.data, 'status') : undefined
  if (status === 'filled') return 'filled'
  return status === 'canceled' || status === 'expired' ? 'closed' : 'accepted'
}

const isOrder = (request: RequestName | 'unknown'): boolean =>
  request.startsWith('order.') && request !== 'unknown' && REQUESTS[request].changes

/** Whether the exchange answered or should have: what the gateway refuses by itself tells nothing about its speed. */
const isOfExchange = (answer: Answer): boolean =>
  answer.ok || answer.rate !== undefined || answer.duplicate === true || answer.error.code === 'TIMEOUT'
