import type { AccountMode, AccountNumber } from './command.ts'
import type { Account } from './state.ts'

/** An account without money or history. */
export const newAccount = (
  account: AccountNumber,
  name: string,
  timeMs: number,
  mode: AccountMode = 'cash',
): Account => ({
  account,
  name,
  mode,
  marginState: 'ok',
  cashCents: 0,
  heldCents: 0,
  realizedCents: 0,
  feesPaidCents: 0,
  resets: 0,
  seq: 0,
  orderNumber: 0,
  fillNumber: 0,
  entryNumber: 0,
  createdAtMs: timeMs,
})
