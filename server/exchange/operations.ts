import type { AccountFrameCause } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { OrderPreview, PlacedOrder } from '@valiant/shared/protocol/order'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import { idText } from '@valiant/shared/units/id'
import type { CancelAllRequest, OrderReferenceRequest, PlaceOrderRequest } from '../bus/exchange-request.ts'
import type { PlaceOrder } from '../engine/command.ts'
import type { Preview } from '../engine/command-result.ts'
import type { Engine } from '../engine/engine.ts'
import { toWireFill } from '../feed/account/fill.ts'
import { toWireOrder } from '../feed/account/order.ts'
import { averagePrice } from '../feed/account/wire-instrument.ts'
import type { AccountFrames } from './account-frames.ts'
import { plainError, refusal } from './refusal.ts'

/** What an operation of a user is answered, and why its account's frame comes. */
export interface Outcome {
  readonly answer: Answer
  readonly cause: AccountFrameCause
}

/** A cancel that found no open order: what became of the order is read after the commit, and is final then. */
export interface NotOpen {
  readonly notOpen: true
}

/** Carries out what users ask for, on the engine as it stands, and words the answer. */
export class Operations {
  readonly #engine: Engine
  readonly #frames: AccountFrames

  constructor(engine: Engine, frames: AccountFrames) {
    this.#engine = engine
    this.#frames = frames
  }

  place(request: PlaceOrderRequest, timeMs: number): Outcome {
    const instrument = this.#frames.instrument(request.symbol)
    const result = this.#engine.apply(commandOf(request), timeMs)
    const order = toWireOrder(result.order, instrument)
    const seq = this.#seqOf(request.account)
    if (!result.ok) {
      const error = { ...refusal(result.rejection, instrument), order, seq }
      return { answer: { ok: false, error }, cause: 'order' }
    }
    const data: PlacedOrder = { ...order, fills: result.fills.map((fill) => toWireFill(fill, instrument)), seq }
    return { answer: { ok: true, data }, cause: 'order' }
  }

  cancel(request: OrderReferenceRequest, timeMs: number): Outcome | NotOpen {
    const { account, number, clientOrderId = '' } = request
    const reference = number === undefined ? { clientOrderId } : { number }
    const result = this.#engine.apply({ kind: 'order.cancel', account, order: reference }, timeMs)
    if (!result.ok) return { notOpen: true }
    const data = {
      ...toWireOrder(result.order, this.#frames.instrument(result.order.symbol)),
      seq: this.#seqOf(account),
    }
    return { answer: { ok: true, data }, cause: 'cancel' }
  }

  cancelAll(request: CancelAllRequest, timeMs: number): Outcome {
    const { account, symbol, side } = request
    const command = { kind: 'order.cancelAll', account, ...(symbol && { symbol }), ...(side && { side }) } as const
    const { orders } = this.#engine.apply(command, timeMs)
    const orderIds = orders.map((order) => idText(order.account, order.number))
    // Without an order to cancel nothing changed, and no frame comes.
    const data = orderIds.length === 0 ? { orderIds } : { orderIds, seq: this.#seqOf(account) }
    return { answer: { ok: true, data }, cause: 'cancel' }
  }

  preview(request: PlaceOrderRequest): Answer {
    const instrument = this.#frames.instrument(request.symbol)
    const preview = this.#engine.preview(commandOf(request))
    if (!preview.ok) return { ok: false, error: refusal(preview.rejection, instrument) }
    return { ok: true, data: this.#wirePreview(request, preview) }
  }

  account(number: number): Answer {
    const account = this.#engine.account(number)
    if (account === undefined) return { ok: false, error: plainError('NOT_FOUND', 'There is no such account.') }
    return { ok: true, data: this.#frames.snapshot(account) }
  }

  #wirePreview(request: PlaceOrderRequest, preview: Extract<Preview, { ok: true }>): OrderPreview {
    const { tick, lot, spec } = this.#frames.instrument(request.symbol)
    const lots = preview.fills.reduce((sum, [, filled]) => sum + filled, 0)
    const tickLots = preview.fills.reduce((sum, [ticks, filled]) => sum + BigInt(ticks) * BigInt(filled), 0n)
    const restCents = preview.restLots * request.limitTicks * spec.centsPerTickLot
    const worst = preview.fills.at(-1)?.[0]
    const missing = request.lots - lots - preview.restLots
    return {
      fills: preview.fills.map(([ticks, filled]) => [formatSteps(ticks, tick), formatSteps(filled, lot)]),
      avgPrice: lots === 0 ? null : averagePrice(tickLots, BigInt(lots), tick),
      worstPrice: worst === undefined ? null : formatSteps(worst, tick),
      slippageBps: lots === 0 ? 0 : slippageBps(this.#midTicks(request.symbol), Number(tickLots) / lots, request.side),
      notional: formatCents(preview.valueCents + restCents),
      fee: formatCents(preview.feeCents + preview.restFeeCents),
      buyingPowerAfter: formatCents(preview.buyingPowerAfterCents),
      warnings: missing > 0 ? [`${formatSteps(missing, lot)} would not be filled.`] : [],
    }
  }

  #midTicks(symbol: string): number {
    const { bidTicks, askTicks } = this.#engine.house(symbol)
    return bidTicks > 0 && askTicks > 0 ? (bidTicks + askTicks) / 2 : this.#engine.markTicks(symbol)
  }

  #seqOf(account: number): number {
    return this.#engine.account(account)?.seq ?? 0
  }
}

/** How much worse than the mid the average is, in basis points with one decimal; for people, not for money. */
function slippageBps(midTicks: number, averageTicks: number, side: 'buy' | 'sell'): number {
  if (midTicks === 0) return 0
  const worse = side === 'buy' ? averageTicks - midTicks : midTicks - averageTicks
  return Math.round((worse / midTicks) * 100_000) / 10
}

function commandOf(request: PlaceOrderRequest): PlaceOrder {
  const {
    account,
    clientOrderId,
    symbol,
    side,
    type,
    lots,
    limitTicks,
    timeInForce,
    postOnly,
    selfTrade,
    source,
    tag,
  } = request
  return {
    kind: 'order.place',
    account,
    clientOrderId,
    symbol,
    side,
    type,
    lots,
    limitTicks,
    timeInForce,
    postOnly,
    selfTrade,
    source,
    ...(tag !== undefined && { tag }),
  }
}
