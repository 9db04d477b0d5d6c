import { NOT_WATCHED, type Portfolio } from '../portfolio.ts'

/** The resolution of the travel of the marks: one ten-thousandth of their value. */
const STEPS = 10_000
/** Compensates for rounding of the travel itself. */
const SLACK = 1e-9

/**
 * Selects the margin accounts to check in a quantum: those whose cash or positions have changed, and those whose equity
 * may have reached a limit because of the marks. The travel of the marks is the sum over quanta of the largest relative
 * step of any mark, so an account that tolerates a move of a tenth is skipped until they have traveled that far: of
 * 100,000 accounts, only a few are checked per quantum.
 */
export class MarginWatch {
  /** To be checked in the next quantum. */
  private due = new Set<Portfolio>()
  /** Accounts waiting for a travel, by its whole steps. */
  private readonly waiting = new Map<number, Set<Portfolio>>()
  private travel = 0
  /** Accounts waiting for this step or a lower one have been taken. */
  private takenStep = -1

  /** Its cash or positions have changed. */
  note(portfolio: Portfolio): void {
    if (portfolio.watchedAt === DUE) return
    this.forget(portfolio)
    portfolio.watchedAt = DUE
    this.due.add(portfolio)
  }

  /**
   * The marks have moved.
   * @param largest of all relative steps, each relative to the smaller of the mark's two values
   */
  move(largest: number): void {
    this.travel += largest
    const step = Math.floor(this.travel * STEPS)
    if (step - this.takenStep > this.waiting.size) {
      for (const at of [...this.waiting.keys()].sort((a, b) => a - b)) if (at <= step) this.take(at)
    } else for (let at = this.takenStep + 1; at <= step; at++) this.take(at)
    this.takenStep = step
  }

  /** The accounts to check now, by number; each must then be passed to `wait`, `note` or `forget`. */
  takeDue(): Portfolio[] {
    if (this.due.size === 0) return NOBODY
    const portfolios = [...this.due].sort((a, b) => a.account.account - b.account.account)
    for (const portfolio of portfolios) portfolio.watchedAt = NOT_WATCHED
    this.due.clear()
    return portfolios
  }

  /**
   * It need not be checked until the marks have moved by this much.
   * @param bearable by what fraction of their value all marks may rise or fall at once; 0 or more
   */
  wait(portfolio: Portfolio, bearable: number): void {
    this.forget(portfolio)
    // Steps with the sum x multiply to at most e^x, and 1 + bearable is at least e^(bearable ÷ (1 + bearable)).
    const step = Math.floor((this.travel + bearable / (1 + bearable) - SLACK) * STEPS)
    if (step <= this.takenStep) {
      this.note(portfolio)
      return
    }
    portfolio.watchedAt = step
    const there = this.waiting.get(step)
    if (there === undefined) this.waiting.set(step, new Set([portfolio]))
    else there.add(portfolio)
  }

  /** It need not be checked until it is noted again. */
  forget(portfolio: Portfolio): void {
    const { watchedAt } = portfolio
    portfolio.watchedAt = NOT_WATCHED
    if (watchedAt === DUE) this.due.delete(portfolio)
    if (watchedAt < 0) return
    const there = this.waiting.get(watchedAt)
    there?.delete(portfolio)
    if (there?.size === 0) this.waiting.delete(watchedAt)
  }

  private take(step: number): void {
    const there = this.waiting.get(step)
    if (there === undefined) return
    for (const portfolio of [...there]) this.note(portfolio)
  }
}

const DUE = -2
const NOBODY: Portfolio[] = []
