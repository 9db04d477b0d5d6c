import type { PlaceOrder } from '../command.ts'
import type { Preview } from '../command-result.ts'
import { feeOnCentBps } from './arithmetic.ts'
import { freeCash, freeMargin, marginUsed } from './holds.ts'
import { enter } from './matching.ts'
import { orderOf } from './place.ts'
import { refusalOf } from './refusal.ts'
import { accountOf, isOpen, leftOf, marketOf, type NaiveState, noEvents } from './state.ts'
import { arm } from './stops.ts'

/** Everything about a previewed order except the liquidation price. */
export type NaivePreview = Exclude<Preview, { ok: true }> | Omit<Extract<Preview, { ok: true }>, 'liquidationTicks'>

/** Places the order in a copy of the exchange, without consequences for others, and reads the result. */
export function preview(state: NaiveState, command: PlaceOrder): NaivePreview {
  const copy = structuredClone({ ...state, events: noEvents() })
  const order = orderOf(copy, command)
  const legs = (command.takeProfit === undefined ? 0 : 1) + (command.stopLoss === undefined ? 0 : 1)
  const rejection = refusalOf(copy, { order, legs, notionalCents: command.notionalCents })
  if (rejection !== undefined) return { ok: false, rejection }
  copy.orders.push(order)
  if (order.status === 'untriggered') arm(copy, order)
  else enter(copy, { onHouseFill: () => undefined }, order)

  const levels = new Map<number, number>()
  for (const { ticks, lots } of copy.events.trades) levels.set(ticks, (levels.get(ticks) ?? 0) + lots)
  const { account, symbol, limitTicks, stopTicks } = order
  const { centsPerTickLot, makerBps, takerBps } = marketOf(copy, symbol).spec
  const restLots = isOpen(order) ? leftOf(order) : 0
  const waits = order.status === 'untriggered'
  const restTicks = limitTicks || stopTicks
  const restCentBps = restTicks * restLots * centsPerTickLot * (waits ? takerBps : makerBps)
  const isMargin = accountOf(copy, account).mode === 'margin'
  return {
    ok: true,
    fills: [...levels],
    valueCents: order.filledTickLots * centsPerTickLot,
    feeCents: order.feesPaidCents,
    restLots,
    restTicks,
    restFeeCents: feeOnCentBps(order.feeCentBps + restCentBps) - order.feesPaidCents,
    buyingPowerAfterCents: isMargin ? freeMargin(copy, account) : freeCash(copy, account),
    marginAfterCents: isMargin ? marginUsed(copy, account) : undefined,
    lots: order.lots,
  }
}
