import type { WireError } from '@valiant/shared/protocol/wire-error'
import { invalidField } from '@valiant/shared/protocol/invalid'
import type { PlaceOrderRequest, StopLossRequest, TakeProfitRequest } from '../../bus/exchange-request.ts'
import type { PlaceOrder, StopLoss, TakeProfit } from '../../engine/command.ts'
import { nextSessionClose, type Session } from '../market/session-close.ts'

/** The engine's form of an order; the exchange determines when its day ends. */
export function placeCommandOf(request: PlaceOrderRequest, session: Session, timeMs: number): PlaceOrder {
  const { event: _event, validUntilMs: _validUntilMs, takeProfit, stopLoss, ...same } = request
  const exits = exitsOf({ takeProfit, stopLoss }, session, timeMs)
  return {
    ...same,
    kind: 'order.place',
    ...(request.timeInForce === 'day' && { expireAtMs: nextSessionClose(session, timeMs) }),
    ...exits,
  }
}

/** Whether a gtd order would expire before it starts. */
export const endsInThePast = ({ expireAtMs }: PlaceOrderRequest, timeMs: number): boolean =>
  expireAtMs !== undefined && expireAtMs <= timeMs

export const invalidEnd = ({ expireAtMs }: PlaceOrderRequest, timeMs: number): WireError =>
  invalidField({
    ...{ field: 'expireAt', rule: 'min', expected: `a time after ${timeMs}`, found: String(expireAtMs) },
  })

/** The engine's form of exits. */
export function exitsOf(
  exits: { readonly takeProfit?: TakeProfitRequest | undefined; readonly stopLoss?: StopLossRequest | undefined },
  session: Session,
  timeMs: number,
): { takeProfit?: TakeProfit; stopLoss?: StopLoss } {
  const { takeProfit, stopLoss } = exits
  return {
    ...(takeProfit && { takeProfit: ending(takeProfit, session, timeMs) }),
    ...(stopLoss && { stopLoss: ending(stopLoss, session, timeMs) }),
  }
}

function ending<Exit extends { readonly timeInForce: 'gtc' | 'day' }>(exit: Exit, session: Session, timeMs: number) {
  const { timeInForce, ...same } = exit
  return timeInForce === 'day' ? { ...same, expireAtMs: nextSessionClose(session, timeMs) } : same
}
