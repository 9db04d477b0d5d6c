import type { Answer } from '@valiant/shared/protocol/events'
import { CLIENT_ID_PATTERN } from '@valiant/shared/protocol/fields'

/** The ids by which an order can be found. */
interface OrderIds {
  readonly order?: string
  readonly clientOrderId?: string
}

/** The ids of the order that an answer is about; if it has none, as in many refusals, those of the request. */
export function orderIdsOf(payload: unknown, answer: Answer): OrderIds {
  const inAnswer: unknown = answer.ok ? answer.data : answer.error.order
  const order = idIn(inAnswer, 'orderId') ?? idIn(payload, 'orderId')
  const clientOrderId = idIn(inAnswer, 'clientOrderId') ?? idIn(payload, 'clientOrderId')
  return { ...(order !== undefined && { order }), ...(clientOrderId !== undefined && { clientOrderId }) }
}

/** Undefined for anything that is not an id, since clients may send any value. */
function idIn(value: unknown, field: string): string | undefined {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
  return typeof id === 'string' && CLIENT_ID_PATTERN.test(id) ? id : undefined
}
