import type { PlacedOrder } from '@valiant/shared/protocol/order'
import { idText } from '@valiant/shared/units/id'
import type { CancelAllRequest, OrderReferenceRequest, PlaceOrderRequest } from '../../bus/exchange-request.ts'
import type { ClosePositionResult, PlaceOrderResult } from '../../engine/command-result.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Fill } from '../../engine/event.ts'
import type { Order } from '../../engine/state.ts'
import { toWireFill } from '../../feed/account/fill.ts'
import { toWireOrder } from '../../feed/account/order.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { AccountFrames } from '../accounts/account-frames.ts'
import { refusal } from '../commands/refusal.ts'
import { done, type Invalid, invalid, NOT_OPEN, type NotOpen, type Recorded, refused } from './outcome.ts'
import { endsInThePast, invalidEnd, placeCommandOf } from './place-command.ts'

/** Places and cancels orders. */
export class OrderOperations {
  readonly #engine: Engine
  readonly #frames: AccountFrames

  constructor(engine: Engine, frames: AccountFrames) {
    this.#engine = engine
    this.#frames = frames
  }

  place(request: PlaceOrderRequest, timeMs: number): Recorded | Invalid {
    if (endsInThePast(request, timeMs)) return invalid(invalidEnd(request, timeMs))
    const instrument = this.#frames.instrument(request.symbol)
    const result = this.#engine.apply(placeCommandOf(request, instrument.wire.session, timeMs), timeMs)
    return placed(result, instrument, this.#frames.seqOf(request.account))
  }

  cancel({ account, number, clientOrderId = '' }: OrderReferenceRequest, timeMs: number): Recorded | NotOpen {
    const order = number === undefined ? { clientOrderId } : { number }
    const result = this.#engine.apply({ kind: 'order.cancel', account, order }, timeMs)
    if (!result.ok) return NOT_OPEN
    const instrument = this.#frames.instrument(result.order.symbol)
    return done({ ...toWireOrder(result.order, instrument), seq: this.#frames.seqOf(account) })
  }

  cancelAll({ account, symbol, side }: CancelAllRequest, timeMs: number): Recorded {
    const command = { kind: 'order.cancelAll', account, ...(symbol && { symbol }), ...(side && { side }) } as const
    const { orders } = this.#engine.apply(command, timeMs)
    const orderIds = orders.map((order) => idText(order.account, order.number))
    // If nothing was canceled, nothing changed and no frame follows.
    return done(orderIds.length === 0 ? { orderIds } : { orderIds, seq: this.#frames.seqOf(account) })
  }
}

/** The record of a request that has placed an order, or had it refused. */
export function placed(
  result: PlaceOrderResult | ClosePositionResult,
  instrument: ListedInstrument,
  seq: number,
): Recorded {
  if (result.ok) return done(placedOrder(result, instrument, seq))
  return refused({ ...refusal(result.rejection, instrument), order: toWireOrder(result.order, instrument), seq })
}

/** The order after the request, with its new fills. */
export function placedOrder(
  { order, fills }: { readonly order: Readonly<Order>; readonly fills: readonly Fill[] },
  instrument: ListedInstrument,
  seq: number,
): PlacedOrder {
  return { ...toWireOrder(order, instrument), fills: fills.map((fill) => toWireFill(fill, instrument)), seq }
}
