import { z } from 'zod'
import {
  ClientOrderId,
  Decimal,
  Id,
  InstrumentSymbol,
  OrderType,
  Seq,
  Side,
  SignedDecimal,
  Time,
  TimeInForce,
} from './fields.ts'

export const SelfTrade = z.enum(['cancel_maker', 'cancel_taker', 'cancel_both'])

const TakeProfit = z.strictObject({ limitPrice: Decimal, timeInForce: TimeInForce.optional() })
const StopLoss = z.strictObject({
  stopPrice: Decimal.optional(),
  limitPrice: Decimal.optional(),
  trailPercent: Decimal.optional(),
  timeInForce: TimeInForce.optional(),
})

/** What `order.place` and `order.preview` take. Which fields a type needs is said by `order-rules.ts`. */
export const PlaceOrder = z.strictObject({
  clientOrderId: ClientOrderId,
  symbol: InstrumentSymbol,
  side: Side,
  type: OrderType,
  qty: Decimal.optional(),
  notional: Decimal.optional(),
  limitPrice: Decimal.optional(),
  stopPrice: Decimal.optional(),
  trailAmount: Decimal.optional(),
  trailPercent: Decimal.optional(),
  timeInForce: TimeInForce.optional(),
  expireAt: Time.optional(),
  postOnly: z.boolean().optional(),
  reduceOnly: z.boolean().optional(),
  takeProfit: TakeProfit.optional(),
  stopLoss: StopLoss.optional(),
  selfTrade: SelfTrade.optional(),
  validUntil: Time.optional().describe(
    'Server wall time after which the order must not be taken up; default: receipt and 5 s.',
  ),
  tag: z.string().max(64).optional(),
})
export type PlaceOrder = z.infer<typeof PlaceOrder>

/** An order by exactly one of its two ids. */
export const OrderReference = z.strictObject({ orderId: Id.optional(), clientOrderId: ClientOrderId.optional() })
export type OrderReference = z.infer<typeof OrderReference>

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
  highWater: SignedDecimal.optional(),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  status: OrderStatus,
  reason: z.string().optional(),
  rejectCode: z.string().optional(),
  groupId: Id.optional(),
  role: z.enum(['take_profit', 'stop_loss']).optional(),
  parentOrderId: Id.optional(),
  feesPaid: SignedDecimal,
  queueAhead: SignedDecimal.optional(),
  tag: z.string().optional(),
  source: z.enum(['web', 'api', 'system']),
  version: z.int(),
  createdAt: Time,
  updatedAt: Time,
  closedAt: Time.optional(),
})
export type Order = z.infer<typeof Order>

/** An ack of a trading request: the order after it, its fills so far, and the `seq` of the account frame it became. */
export const PlacedOrder = Order.extend({ fills: z.array(Fill), seq: Seq.optional() })
export type PlacedOrder = z.infer<typeof PlacedOrder>

export const OrderPreview = z.object({
  fills: z.array(z.tuple([SignedDecimal, SignedDecimal])).describe('[price, qty] of what would fill at once'),
  avgPrice: SignedDecimal.nullable(),
  worstPrice: SignedDecimal.nullable(),
  slippageBps: z.number().describe('of the average price against the mid'),
  notional: SignedDecimal.describe('value of what would fill at once and of what would rest'),
  fee: SignedDecimal.describe('the most it can cost'),
  buyingPowerAfter: SignedDecimal,
  marginAfter: SignedDecimal.optional(),
  liquidationPrice: SignedDecimal.optional(),
  warnings: z.array(z.string()),
})
export type OrderPreview = z.infer<typeof OrderPreview>
