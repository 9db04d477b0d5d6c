import type { Account as WireAccount } from '@valiant/shared/protocol/account'
import { formatCents } from '@valiant/shared/units/cents'
import type { Account } from '../../engine/state.ts'
import { accountId } from './order.ts'

/** What depends on the marks, in cents. A cash account has no margin: 0. */
export interface AccountFigures {
  /** Cash and the value of all positions. */
  readonly equityCents: number
  /** The positions' value less their cost. */
  readonly unrealizedCents: number
  /** What positions and open orders use, and what the positions would use alone. */
  readonly marginUsedCents: number
  readonly positionMarginCents: number
  /** Equity below this is liquidated. */
  readonly maintenanceCents: number
}

/** An account as the wire shows it: docs/trading-rules.md, sections 4 and 8, say what is held and what can be spent. */
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
