import type { Account as WireAccount } from '@valiant/shared/protocol/account'
import { formatCents } from '@valiant/shared/units/cents'
import type { Account } from '../../engine/state.ts'
import { accountId } from './order.ts'

/** What depends on the marks: equity is cash and the positions' value, unrealized their value less their cost. */
export interface AccountFigures {
  readonly equityCents: number
  readonly unrealizedCents: number
}

/** A cash account as the wire shows it: buying power is the cash that no open order binds. */
export function toWireAccount(
  account: Readonly<Account>,
  { equityCents, unrealizedCents }: AccountFigures,
): WireAccount {
  return {
    id: accountId(account.account),
    name: account.name,
    resets: account.resets,
    currency: 'USD',
    mode: 'cash',
    cash: formatCents(account.cashCents),
    held: formatCents(account.heldCents),
    buyingPower: formatCents(account.cashCents - account.heldCents),
    equity: formatCents(equityCents),
    marginUsed: formatCents(0),
    realizedPnl: formatCents(account.realizedCents),
    unrealizedPnl: formatCents(unrealizedCents),
    feesPaid: formatCents(account.feesPaidCents),
  }
}
