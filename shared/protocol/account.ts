import { z } from 'zod'
import { AccountMode, Epoch, Id, Seq, SignedDecimal, Time } from './fields.ts'
import { Fill, Order } from './order.ts'

export const MarginState = z.enum(['ok', 'warning', 'liquidating'])

export const Account = z.object({
  id: Id,
  name: z.string(),
  resets: z.int(),
  currency: z.literal('USD'),
  mode: AccountMode,
  cash: SignedDecimal,
  held: SignedDecimal,
  buyingPower: SignedDecimal,
  equity: SignedDecimal,
  marginUsed: SignedDecimal,
  maintenanceMargin: SignedDecimal.optional().describe(
    'Margin accounts only: liquidation starts when equity falls below this.',
  ),
  marginState: MarginState.optional().describe('Margin accounts only; `warning` comes before `liquidating`.'),
  realizedPnl: SignedDecimal,
  unrealizedPnl: SignedDecimal,
  feesPaid: SignedDecimal,
})
export type Account = z.infer<typeof Account>

export const Position = z.object({
  symbol: z.string(),
  qty: SignedDecimal.describe('Negative for a short position, 0 once it is closed.'),
  avgPrice: SignedDecimal,
  markPrice: SignedDecimal,
  value: SignedDecimal,
  realizedPnl: SignedDecimal,
  unrealizedPnl: SignedDecimal,
  liquidationPrice: SignedDecimal.optional().describe('The mark at which a margin account would be liquidated.'),
})
export type Position = z.infer<typeof Position>

/**
 * The acknowledgement of a request that changed an account: the account after it, and the `seq` of the resulting frame.
 */
export const ChangedAccount = Account.extend({ seq: Seq.optional() })
export type ChangedAccount = z.infer<typeof ChangedAccount>

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

export const AccountFrame = z
  .object({
    epoch: Epoch,
    seq: Seq.describe('One more than that of the frame before. If one is missing, request `account`.'),
    time: Time,
    cause: AccountFrameCause,
    orders: z.array(Order),
    fills: z.array(Fill),
    positions: z.array(Position),
    balance: Account,
  })
  .describe(
    'What one operation changed in the account; orders, positions and balance in full. Sent without a subscription, before or after the answer to the request.',
  )
export type AccountFrame = z.infer<typeof AccountFrame>

export const ENTRY_KINDS = [
  'deposit',
  'withdraw',
  'reset',
  'trade',
  'fee',
  'interest',
  'borrow',
  'dividend',
  'split',
] as const

export const LedgerEntry = z.object({
  entryId: Id,
  time: Time,
  kind: z.string().describe(`one of ${ENTRY_KINDS.join(' ')}; more may come`),
  asset: z.string().describe('USD, or a symbol'),
  amount: SignedDecimal,
  balanceAfter: SignedDecimal,
  orderId: Id.optional(),
  fillId: Id.optional(),
  note: z
    .string()
    .optional()
    .describe(
      'Why, where the other fields do not say it: `VLNT 0.25 per share` (dividend), `4-for-1 split of VLNT` (split; for cash `, fraction in cash` follows), `interest on 1250.00 for 1 day`, `borrow of VLNT worth 4120.00 for 1 day`.',
    ),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

export const RealizedSums = z.object({
  items: z.array(
    z.object({
      symbol: z.string(),
      realizedPnl: SignedDecimal.describe('Before fees.'),
      fees: SignedDecimal,
      fills: z.int().describe('How many fills were added up.'),
    }),
  ),
  newestFillId: Id.optional().describe('The newest fill in these sums; in the first answer, unless there is none.'),
  nextCursor: Id.optional(),
})
export type RealizedSums = z.infer<typeof RealizedSums>

/** The acknowledgement of a deposit or withdrawal. */
export const MovedMoney = z.object({ account: Account, entry: LedgerEntry, seq: Seq.optional() })
export type MovedMoney = z.infer<typeof MovedMoney>

export const EquityPoint = z
  .tuple([Time, SignedDecimal, SignedDecimal])
  .describe('`[time, equity, cash]`: the last sample at or before that time.')
export type EquityPoint = z.infer<typeof EquityPoint>
