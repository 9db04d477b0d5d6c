import type { Account as WireAccount } from '@valiant/shared/protocol/account'
import { formatCents } from '@valiant/shared/units/cents'
import type { Account } from '../../engine/state.ts'
import { accountId } from './order.ts'

/** The figures that depend on mark prices, in cents. The margin of a cash account is 0. */
export interface AccountFigures {
  /** Cash plus the value of all positions. */
  readonly equityCents: number
  /** The value of the positions minus their cost. */
  readonly unrealizedCents: number
  /** Margin used by positions and open orders, and by the positions alone. */
  readonly marginUsedCents: number
  readonly positionMarginCents: number
  /** The account is liquidated when its equity falls below this. */
  readonly maintenanceCents: number
}

/** Converts an account to its wire format. For held amounts and buying power see docs/trading-rules.md, sections 4 and 8. */
export function toWireAccount(account: Readonly<Account>, figures: AccountFigures): WireAccount {
  const { equityCents, unrealizedCents, marginUsedCents, positionMarginCents, maintenanceCents } = figures
  const isMargin = account.mode === 'margin'
  const heldCents = isMargin ? marginUsedCents - positionMarginCents : account.heldCents
  const buyingPowerCents = isMargin ? equityCents - marginUsedCents : account.cashCents - account.heldCents
  return {
    id: accountId(account.account),
    name: account.name,
    resets: account.resets,
    currency: 'USD',
    mode: account.mode,
    cash: formatCents(account.cashCents),
    held: formatCents(heldCents),
    buyingPower: formatCents(buyingPowerCents),
    equity: formatCents(equityCents),
    marginUsed: formatCents(isMargin ? marginUsedCents : 0),
    ...(isMargin && { maintenanceMargin: formatCents(maintenanceCents), marginState: account.marginState }),
    realizedPnl: formatCents(account.realizedCents),
    unrealizedPnl: formatCents(unrealizedCents),
    feesPaid: formatCents(account.feesPaidCents),
  }
}
