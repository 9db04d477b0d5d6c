import { z } from 'zod'
import { AlertNote, Decimal, Epoch, Id, InstrumentSymbol, RequestId, SignedDecimal, Time } from './fields.ts'

/** The side of the alert price on which a trade fires it. A trade at exactly that price fires both kinds. */
export const AlertOp = z.enum(['above', 'below'])

/** Notifies an account, once, that an instrument has traded at or beyond a price. */
export const Alert = z.object({
  alertId: Id,
  symbol: z.string(),
  op: AlertOp,
  price: SignedDecimal.describe('Adjusted for splits while the alert waits.'),
  note: z.string().optional(),
  createdAt: Time,
  firedAt: Time.optional().describe('Time of the trade that fired the alert; absent while it waits.'),
  tradePrice: SignedDecimal.optional().describe('Price of that trade.'),
})
export type Alert = z.infer<typeof Alert>

export const FiredAlert = Alert.extend({ firedAt: Time, tradePrice: SignedDecimal })
export type FiredAlert = z.infer<typeof FiredAlert>

export const AlertFrame = FiredAlert.extend({ epoch: Epoch }).describe('An alert of the account has fired.')
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
