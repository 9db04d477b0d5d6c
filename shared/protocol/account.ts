import { z } from 'zod'
import { Epoch, Id, Seq, SignedDecimal, Time } from './fields.ts'
import { Fill, Order } from './order.ts'

export const Account = z.object({
  id: Id,
  name: z.string(),
  resets: z.int(),
  currency: z.literal('USD'),
  mode: z.enum(['cash', 'margin']),
  cash: SignedDecimal,
  held: SignedDecimal,
  buyingPower: SignedDecimal,
  equity: SignedDecimal,
  marginUsed: SignedDecimal,
  realizedPnl: SignedDecimal,
  unrealizedPnl: SignedDecimal,
  feesPaid: SignedDecimal,
})
export type Account = z.infer<typeof Account>

export const Position = z.object({
  symbol: z.string(),
  qty: SignedDecimal,
  avgPrice: SignedDecimal,
  markPrice: SignedDecimal,
  value: SignedDecimal,
  realizedPnl: SignedDecimal,
  unrealizedPnl: SignedDecimal,
  liquidationPrice: SignedDecimal.optional(),
})
export type Position = z.infer<typeof Position>

export const AccountSnapshot = z.object({
  seq: Seq,
  account: Account,
  positions: z.array(Position),
  openOrders: z.array(Order),
})
export type AccountSnapshot = z.infer<typeof AccountSnapshot>

export const AccountFrameCause = z.enum([
  'order',
  'cancel',
  'amend',
  'trade',
  'trigger',
  'liquidation',
  'deposit',
  'withdraw',
  'reset',
  'corporate_action',
  'interest',
  'session',
  'system',
])
export type AccountFrameCause = z.infer<typeof AccountFrameCause>

/** What one operation changed of an account: whole new states, in sequence. */
export const AccountFrame = z.object({
  epoch: Epoch,
  seq: Seq,
  time: Time,
  cause: AccountFrameCause,
  orders: z.array(Order),
  fills: z.array(Fill),
  positions: z.array(Position),
  balance: Account,
})
export type AccountFrame = z.infer<typeof AccountFrame>

export const LedgerEntry = z.object({
  entryId: Id,
  time: Time,
  kind: z.string(),
  asset: z.string(),
  amount: SignedDecimal,
  balanceAfter: SignedDecimal,
  orderId: Id.optional(),
  fillId: Id.optional(),
  note: z.string().optional(),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>
