import { invalidField } from '@valiant/shared/protocol/invalid'
import { nameOf } from '@valiant/shared/protocol/order-type-name'
import type { AmendOrderRequest } from '../../bus/exchange-request.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Order } from '../../engine/state.ts'
import { isFault, readAmendment, WIRE_FIELD_OF } from '../../feed/account/order-decimals.ts'
import { toWireOrder } from '../../feed/account/order.ts'
import type { AccountFrames } from '../accounts/account-frames.ts'
import { refusal } from '../commands/refusal.ts'
import { placedOrder } from './orders.ts'
import { done, type Invalid, invalid, NOT_OPEN, type NotOpen, type Recorded, refused } from './outcome.ts'

/** Amends an open order. Its decimals are parsed here, because only the order determines the instrument. */
export function amendOrder(
  request: AmendOrderRequest,
  { engine, frames, timeMs }: { engine: Engine; frames: AccountFrames; timeMs: number },
): Recorded | NotOpen | Invalid {
  const { account, number, clientOrderId = '' } = request
  const order = number === undefined ? engine.orderByClientId(account, clientOrderId) : engine.order(account, number)
  if (order === undefined) return NOT_OPEN
  const instrument = frames.instrument(order.symbol)
  const amendment = readAmendment(request, instrument, order)
  if (isFault(amendment)) return invalid(invalidField(amendment))
  const reference = { number: order.number }
  const result = engine.apply({ kind: 'order.amend', account, order: reference, ...amendment }, timeMs)
  if (result.ok) {
    const { priorityKept } = result
    return done({ ...placedOrder(result, instrument, frames.seqOf(account)), priorityKept })
  }
  switch (result.code) {
    case 'NOT_FOUND':
      return NOT_OPEN
    case 'NOT_AMENDABLE': {
      const field = WIRE_FIELD_OF[result.field]
      const expected = `nothing, since ${whyNot(order, result.field)}`
      return invalid(invalidField({ field, rule: 'unknown', expected, found: `"${request[field]}"` }))
    }
    case 'REJECTED':
      return refused({ ...refusal(result.rejection, instrument), order: toWireOrder(result.order, instrument) })
    default:
      return result satisfies never
  }
}

/** Why this field of an open order cannot be amended. */
function whyNot({ type }: Pick<Order, 'type'>, field: keyof typeof WIRE_FIELD_OF): string {
  if (field === 'stopTicks' && type === 'trailing_stop') return 'that of a trailing stop follows the market'
  if (field === 'lots') return 'the quantity of an exit follows its entry, or the request that made it'
  if (field === 'stopTicks' && (type === 'stop' || type === 'stop_limit')) return 'the order has triggered'
  return `${nameOf(type)} has none`
}
