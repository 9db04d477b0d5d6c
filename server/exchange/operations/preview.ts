import type { Answer } from '@valiant/shared/protocol/events'
import type { OrderPreview } from '@valiant/shared/protocol/order'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import type { PlaceOrderRequest } from '../../bus/exchange-request.ts'
import type { Preview } from '../../engine/command-result.ts'
import type { Engine } from '../../engine/engine.ts'
import { averagePrice } from '../../feed/account/wire-instrument.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { AccountFrames } from '../accounts/account-frames.ts'
import { refusal } from '../commands/refusal.ts'
import { endsInThePast, invalidEnd, placeCommandOf } from './place-command.ts'

type Foreseen = Extract<Preview, { ok: true }>

/** Says what an order would do now, without placing it. */
export function previewAnswer(
  request: PlaceOrderRequest,
  { engine, frames, timeMs }: { engine: Engine; frames: AccountFrames; timeMs: number },
): Answer {
  if (endsInThePast(request, timeMs)) return { ok: false, error: invalidEnd(request, timeMs) }
  const instrument = frames.instrument(request.symbol)
  const preview = engine.preview(placeCommandOf(request, instrument.wire.session, timeMs))
  if (!preview.ok) return { ok: false, error: refusal(preview.rejection, instrument) }
  const mid = midTicks(engine, request.symbol)
  return { ok: true, data: wirePreview(request, { preview, instrument, midTicks: mid }) }
}

function wirePreview(
  request: PlaceOrderRequest,
  { preview, instrument, midTicks }: { preview: Foreseen; instrument: ListedInstrument; midTicks: number },
): OrderPreview {
  const { tick, lot, spec } = instrument
  const filled = preview.fills.reduce((sum, [, lots]) => sum + lots, 0)
  const tickLots = preview.fills.reduce((sum, [ticks, lots]) => sum + BigInt(ticks) * BigInt(lots), 0n)
  const restCents = preview.restLots * preview.restTicks * spec.centsPerTickLot
  const worst = preview.fills.at(-1)?.[0]
  const missing = preview.lots - filled - preview.restLots
  const { marginAfterCents, liquidationTicks } = preview
  return {
    qty: formatSteps(preview.lots, lot),
    fills: preview.fills.map(([ticks, lots]) => [formatSteps(ticks, tick), formatSteps(lots, lot)]),
    avgPrice: filled === 0 ? null : averagePrice(tickLots, BigInt(filled), tick),
    worstPrice: worst === undefined ? null : formatSteps(worst, tick),
    slippageBps: filled === 0 ? 0 : slippageBps(midTicks, Number(tickLots) / filled, request.side),
    notional: formatCents(preview.valueCents + restCents),
    fee: formatCents(preview.feeCents + preview.restFeeCents),
    buyingPowerAfter: formatCents(preview.buyingPowerAfterCents),
    ...(marginAfterCents !== undefined && { marginAfter: formatCents(marginAfterCents) }),
    ...(liquidationTicks !== undefined && { liquidationPrice: formatSteps(liquidationTicks, tick) }),
    warnings: missing > 0 ? [`${formatSteps(missing, lot)} would not be filled.`] : [],
  }
}

function midTicks(engine: Engine, symbol: string): number {
  const { bidTicks, askTicks } = engine.house(symbol)
  return bidTicks > 0 && askTicks > 0 ? (bidTicks + askTicks) / 2 : engine.markTicks(symbol)
}

/**
 * How much worse than the mid price the average is, in basis points with one decimal; for display, not for computing
 * money.
 */
function slippageBps(midTicks: number, averageTicks: number, side: 'buy' | 'sell'): number {
  if (midTicks === 0) return 0
  const worse = side === 'buy' ? averageTicks - midTicks : midTicks - averageTicks
  return Math.round((worse / midTicks) * 100_000) / 10
}
