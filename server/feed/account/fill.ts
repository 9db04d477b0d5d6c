import type { Fill as WireFill } from '@valiant/shared/protocol/order'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import { idText } from '@valiant/shared/units/id'
import type { Fill } from '../../engine/event.ts'
import type { WireInstrument } from './wire-instrument.ts'

/** Converts a fill to its wire format. */
export function toWireFill(fill: Fill, { tick, lot }: WireInstrument): WireFill {
  return {
    fillId: idText(fill.account, fill.number),
    tradeId: String(fill.tradeId),
    orderId: idText(fill.account, fill.orderNumber),
    clientOrderId: fill.clientOrderId,
    symbol: fill.symbol,
    side: fill.side,
    qty: formatSteps(fill.lots, lot),
    price: formatSteps(fill.ticks, tick),
    fee: formatCents(fill.feeCents),
    liquidity: fill.liquidity,
    realizedPnl: formatCents(fill.realizedCents),
    time: fill.timeMs,
  }
}
