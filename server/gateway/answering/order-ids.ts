import type { Answer } from '@valiant/shared/protocol/events'
import { CLIENT_ID_PATTERN } from '@valiant/shared/protocol/fields'

/** By what an order is found again. */
export interface OrderIds {
  readonly order?: string
  readonly clientOrderId?: string
}

/** The ids of the order that an answer speaks of; where it names none, as many a refusal, those that it was asked under. */
export function orderIdsOf(payload: unknown, answer: Answer): OrderIds {
  const told: unknown = answer.ok ? answer.data : answer.error.order
  const order = idIn(told, 'orderId') ?? idIn(payload, 'orderId')
  const clientOrderId = idIn(told, 'clientOrderId') ?? idIn(payload, 'clientOrderId')
  return { ...(order !== undefined && { order }), ...(clientOrderId !== undefined && { clientOrderId }) }
}

/** What a client sends is anything; what is no id is none. */
function idIn(value: unknown, field: string): string | undefined {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
  return typeof id === 'string' && CLIENT_ID_PATTERN.test(id) ? id : undefined
}
