import { z } from 'zod'
import { AlertNote, Decimal, Epoch, Id, InstrumentSymbol, RequestId, SignedDecimal, Time } from './fields.ts'

/** On which side of its price a trade fires it; a trade at the price fires either. */
export const AlertOp = z.enum(['above', 'below'])
export type AlertOp = z.infer<typeof AlertOp>

/** Tells an account, once, that an instrument has traded at a price or beyond it. */
export const Alert = z.object({
  alertId: Id,
  symbol: z.string(),
  op: AlertOp,
  price: SignedDecimal.describe('As it is after splits, while it waits.'),
  note: z.string().optional(),
  createdAt: Time,
  firedAt: Time.optional().describe('When the trade was that fired it; absent while it waits.'),
  tradePrice: SignedDecimal.optional().describe('Of that trade.'),
})
export type Alert = z.infer<typeof Alert>

export const FiredAlert = Alert.extend({ firedAt: Time, tradePrice: SignedDecimal })
export type FiredAlert = z.infer<typeof FiredAlert>

/** The event `alert`: one that has fired. */
export const AlertFrame = FiredAlert.extend({ epoch: Epoch })
export type AlertFrame = z.infer<typeof AlertFrame>

export const CreateAlert = z.strictObject({
  symbol: InstrumentSymbol,
  op: AlertOp,
  price: Decimal,
  note: AlertNote.optional(),
  requestId: RequestId.optional(),
})
export type CreateAlert = z.infer<typeof CreateAlert>

export const DeleteAlert = z.strictObject({ alertId: Id, requestId: RequestId.optional() })
export type DeleteAlert = z.infer<typeof DeleteAlert>
