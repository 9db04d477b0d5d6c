import { z } from 'zod'
import {
  ClientOrderId,
  Decimal,
  Id,
  InstrumentSymbol,
  KnownClientOrderId,
  OrderType,
  RequestId,
  Seq,
  Side,
  SignedDecimal,
  Tag,
  Time,
  TimeInForce,
  ValidUntil,
} from './fields.ts'
import { ERROR_CODES } from './errors.ts'

export const SelfTrade = z.enum(['cancel_maker', 'cancel_taker', 'cancel_both'])

const ExitTimeInForce = z.enum(['gtc', 'day'])
/** An exit at a limit price. */
export const TakeProfit = z.strictObject({ limitPrice: Decimal, timeInForce: ExitTimeInForce.optional() })
export type TakeProfit = z.infer<typeof TakeProfit>
/** An exit that waits for a trigger: `stopPrice`, optionally with `limitPrice`; `trailPercent`, optionally with `stopPrice`. */
export const StopLoss = z.strictObject({
  stopPrice: Decimal.optional().describe(
    'The trigger; with `trailPercent`, the one it begins with, unless the trail gives a tighter one.',
  ),
  limitPrice: Decimal.optional(),
  trailPercent: Decimal.optional(),
  timeInForce: ExitTimeInForce.optional(),
})
export type StopLoss = z.infer<typeof StopLoss>

/** The payload of `order.place`. Which fields each order type requires or forbids is checked by the gateway. */
export const PlaceOrder = z.strictObject({
  clientOrderId: ClientOrderId,
  symbol: InstrumentSymbol,
  side: Side,
  type: OrderType,
  qty: Decimal.optional().describe('A multiple of the instrument’s `lotSize`.'),
  notional: Decimal.optional().describe(
    'Market orders only, instead of `qty`: the most that the order may cost, including the fee.',
  ),
  limitPrice: Decimal.optional(),
  stopPrice: Decimal.optional(),
  trailAmount: Decimal.optional(),
  trailPercent: Decimal.optional().describe('"5" is five percent; two decimals at most.'),
  timeInForce: TimeInForce.optional().describe('Default: ioc for market orders, gtc for all others.'),
  expireAt: Time.optional().describe('Required for gtd orders, forbidden for others.'),
  postOnly: z.boolean().optional(),
  reduceOnly: z.boolean().optional(),
  takeProfit: TakeProfit.optional(),
  stopLoss: StopLoss.optional(),
  selfTrade: SelfTrade.optional().describe('Default: cancel_maker.'),
  validUntil: ValidUntil.optional().describe(
    'Server wall time after which the order must not be taken up; default: receipt and 5 s. Keep it when you send the order again.',
  ),
  tag: Tag.optional(),
})
export type PlaceOrder = z.infer<typeof PlaceOrder>

/** The payload of `order.preview`: that of `order.place`, with the id optional. */
export const PreviewOrder = PlaceOrder.partial({ clientOrderId: true })

/** Identifies an order by exactly one of its two ids. */
export const OrderReference = z.strictObject({ orderId: Id.optional(), clientOrderId: KnownClientOrderId.optional() })
export type OrderReference = z.infer<typeof OrderReference>

/** The payload of `order.amend`; `qty` is the new total quantity. */
export const AmendOrder = OrderReference.extend({
  qty: Decimal.optional(),
  limitPrice: Decimal.optional(),
  stopPrice: Decimal.optional(),
  trailAmount: Decimal.optional(),
  trailPercent: Decimal.optional(),
  validUntil: ValidUntil.optional(),
  requestId: RequestId.optional(),
})
export type AmendOrder = z.infer<typeof AmendOrder>

export const OrderStatus = z.enum([
  'held',
  'untriggered',
  'open',
  'partially_filled',
  'filled',
  'canceled',
  'expired',
  'rejected',
])
export type OrderStatus = z.infer<typeof OrderStatus>

/** Why an order was canceled, or (`day_end`, `gtd`) why it expired. */
export const CloseReason = z.enum([
  'user',
  'cancel_all',
  'replaced',
  'ioc_remainder',
  'no_liquidity',
  'self_trade',
  'sibling_filled',
  'parent_closed',
  'dead_man',
  'day_end',
  'gtd',
  'reduce_only',
  'liquidation',
  'halt',
  'reset',
  'admin',
])
export type CloseReason = z.infer<typeof CloseReason>

export const Fill = z.object({
  fillId: Id,
  tradeId: z.string(),
  orderId: Id,
  clientOrderId: z.string(),
  symbol: z.string(),
  side: Side,
  qty: SignedDecimal,
  price: SignedDecimal,
  fee: SignedDecimal,
  liquidity: z.enum(['maker', 'taker']),
  realizedPnl: SignedDecimal,
  time: Time,
})
export type Fill = z.infer<typeof Fill>

export const Order = z.object({
  orderId: Id,
  clientOrderId: z.string(),
  accountId: Id,
  symbol: z.string(),
  side: Side,
  type: OrderType,
  timeInForce: TimeInForce,
  expireAt: Time.optional(),
  qty: SignedDecimal,
  filledQty: SignedDecimal,
  remainingQty: SignedDecimal,
  avgPrice: SignedDecimal.nullable(),
  limitPrice: SignedDecimal.optional(),
  stopPrice: SignedDecimal.optional(),
  trailAmount: SignedDecimal.optional(),
  trailPercent: SignedDecimal.optional(),
  highWater: SignedDecimal.optional().describe(
    'Trailing stops only: the best trade price since the order started to wait.',
  ),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  status: OrderStatus,
  reason: CloseReason.optional(),
  rejectCode: z.enum(ERROR_CODES).optional(),
  groupId: Id.optional().describe('Orders of one group share a holding; when one fills, the other is canceled.'),
  role: z.enum(['take_profit', 'stop_loss']).optional(),
  parentOrderId: Id.optional().describe('For a leg of a bracket, its entry order.'),
  feesPaid: SignedDecimal,
  queueAhead: SignedDecimal.optional().describe(
    'Quantity ahead of it at its price, as of an answer to `account` or `order.get`; lists and frames do not have it.',
  ),
  tag: z.string().optional(),
  source: z.enum(['web', 'api', 'system']),
  version: z.int(),
  createdAt: Time,
  updatedAt: Time,
  closedAt: Time.optional(),
})
export type Order = z.infer<typeof Order>

/**
 * The acknowledgement of a trading request: the order after it, what the request filled, and the `seq` of the resulting
 * account frame.
 */
export const PlacedOrder = Order.extend({ fills: z.array(Fill), seq: Seq.optional() })
export type PlacedOrder = z.infer<typeof PlacedOrder>

/**
 * The acknowledgement of an amend. `priorityKept` is false when the order moved to the back of the queue at its price.
 */
export const AmendedOrder = PlacedOrder.extend({
  fills: z.array(Fill).describe('What the amend itself filled; `order.get` has all fills of the order.'),
  priorityKept: z.boolean(),
})
export type AmendedOrder = z.infer<typeof AmendedOrder>

/** The acknowledgement of `position.protect`. */
export const Protection = z.object({
  takeProfit: Order.optional(),
  stopLoss: Order.optional(),
  seq: Seq.optional(),
})

export const OrderPreview = z.object({
  qty: SignedDecimal.optional().describe('The quantity; for a notional order, the one computed from it.'),
  fills: z.array(z.tuple([SignedDecimal, SignedDecimal])).describe('[price, qty] of what would fill at once'),
  avgPrice: SignedDecimal.nullable(),
  worstPrice: SignedDecimal.nullable(),
  slippageBps: z.number().describe('of the average price against the mid'),
  notional: SignedDecimal.describe('value of what would fill at once and of what would rest'),
  fee: SignedDecimal.describe('the most it can cost'),
  buyingPowerAfter: SignedDecimal,
  marginAfter: SignedDecimal.optional().describe('Margin accounts only: the margin used after the order.'),
  liquidationPrice: SignedDecimal.optional().describe(
    'The mark price at which the account would be liquidated after the order.',
  ),
  warnings: z.array(z.string()),
})
export type OrderPreview = z.infer<typeof OrderPreview>
