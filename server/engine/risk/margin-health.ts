import type { Portfolio } from '../portfolio.ts'
import type { MarginState } from '../state.ts'
import { maintenanceOf, valueCentsOf } from './margin.ts'

/** What the rounding of a position's value and of its maintenance may hide between two looks, in cents. */
const ROUNDING_CENTS = 8
/** The bearable move of an account that no mark can harm. */
const ANY_MOVE = 1e6

/** How an account's equity stands to its maintenance, in cents. */
export class Health {
  /** It holds nothing that a mark could move. */
  readonly isFlat: boolean
  private readonly equity: number
  private readonly maintenance: number
  /** The sizes of all positions' values. */
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

  /** By what part of their value all marks may move at once, up or down, before the state may be another; 0 or more. */
  bearable(state: 'ok' | 'warning'): number {
    const aboveWarning = this.equity - 1.25 * this.maintenance
    const cents = state === 'ok' ? aboveWarning : Math.min(-aboveWarning, this.equity - this.maintenance)
    // Equity moves by as much of the values, and the limit with them.
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
