import { z } from 'zod'
import { AccountMode, AccountName, Decimal, InstrumentSymbol, RequestId, Side, ValidUntil } from './fields.ts'
import { CANCEL_AFTER_MS_MAX } from './limits.ts'
import { StopLoss, TakeProfit } from './order.ts'

/* What requests carry that change something, except those about a single order (order.ts). */

export const CancelAll = z.strictObject({
  symbol: InstrumentSymbol.optional(),
  side: Side.optional(),
  requestId: RequestId.optional(),
})

export const ClosePosition = z.strictObject({
  symbol: InstrumentSymbol,
  qty: Decimal.optional(),
  validUntil: ValidUntil.optional(),
  requestId: RequestId.optional(),
})

export const ProtectPosition = z.strictObject({
  symbol: InstrumentSymbol,
  qty: Decimal.optional(),
  takeProfit: TakeProfit.optional(),
  stopLoss: StopLoss.optional(),
  validUntil: ValidUntil.optional(),
  requestId: RequestId.optional(),
})
export type ProtectPosition = z.infer<typeof ProtectPosition>

export const CancelAfter = z.strictObject({
  timeoutMs: z.int().min(0).max(CANCEL_AFTER_MS_MAX),
  symbols: z.array(InstrumentSymbol).min(1).optional().describe('At most `welcome.limits.symbols`; default: all.'),
  keepProtective: z
    .boolean()
    .optional()
    .describe('Whether reduce-only orders that wait for their trigger stay; default: true.'),
  requestId: RequestId.optional(),
})

export const CancelOnDisconnect = z.strictObject({ graceMs: z.int().min(0).max(CANCEL_AFTER_MS_MAX) })

export const UpdateAccount = z.strictObject({
  name: AccountName.optional(),
  mode: AccountMode.optional(),
  requestId: RequestId.optional(),
})

export const CreateAccount = z.strictObject({
  name: AccountName,
  startingCash: Decimal,
  mode: AccountMode.optional(),
  requestId: RequestId.optional(),
})
