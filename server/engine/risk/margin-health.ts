import type { Portfolio } from '../portfolio.ts'
import type { MarginState } from '../state.ts'
import { maintenanceOf, valueCentsOf } from './margin.ts'

/** How much the rounding of a position's value and maintenance may hide between two checks, in cents. */
const ROUNDING_CENTS = 8
/** The tolerance of an account that no mark can affect. */
const ANY_MOVE = 1e6

/** An account's equity compared with its maintenance margin, in cents. */
export class Health {
  /** Whether it has no position that a mark could change. */
  readonly isFlat: boolean
  private readonly equity: number
  private readonly maintenance: number
  /** The sum of the absolute values of all positions. */
  private readonly gross: number
  private readonly rounding: number

  constructor(sums: { equity: number; maintenance: number; gross: number; positions: number }) {
    this.equity = sums.equity
    this.maintenance = sums.maintenance
    this.gross = sums.gross
    this.isFlat = sums.positions === 0
    this.rounding = sums.positions * ROUNDING_CENTS
  }

  stateAfter(before: MarginState): MarginState {
    if (this.isFlat || 4 * this.equity >= 5 * this.maintenance) return 'ok'
    return before === 'liquidating' || this.equity < this.maintenance ? 'liquidating' : 'warning'
  }

  /** By what fraction of their value all marks may move at once before the margin state may change; 0 or more. */
  bearable(state: 'ok' | 'warning'): number {
    const aboveWarning = this.equity - 1.25 * this.maintenance
    const cents = state === 'ok' ? aboveWarning : Math.min(-aboveWarning, this.equity - this.maintenance)
    // Equity moves by this fraction of the gross value, and the limit moves with it.
    const perMove = this.gross + 1.25 * this.maintenance
    return perMove === 0 ? ANY_MOVE : Math.max(0, (cents - this.rounding) / perMove)
  }
}

/** `unknown` while a position has no mark. */
export function healthOf(portfolio: Portfolio): Health | 'unknown' {
  let equity = portfolio.account.cashCents
  let [maintenance, gross, positions] = [0, 0, 0]
  for (const market of portfolio.markets) {
    const lots = portfolio.lots(market)
    if (lots === 0) continue
    if (market.markMicroTicks === 0) return 'unknown'
    const value = valueCentsOf(market, lots)
    equity += value
    gross += Math.abs(value)
    maintenance += maintenanceOf(market, lots)
    positions++
  }
  return new Health({ equity, maintenance, gross, positions })
}
