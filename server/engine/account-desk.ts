import { assert } from './assert.ts'
import type { AccountMode, MoveMoney, OpenAccount, ResetAccount, UpdateAccount } from './command.ts'
import type {
  CloseAccountResult,
  MoveMoneyResult,
  OpenAccountResult,
  ResetAccountResult,
  UpdateAccountResult,
} from './command-result.ts'
import type { EventLog } from './event-log.ts'
import type { Outside } from './ledger/outside.ts'
import type { Portfolio } from './portfolio.ts'
import { updateHold } from './risk/holds.ts'
import { freeMarginCents } from './risk/margin.ts'
import type { MarginWatch } from './risk/margin-watch.ts'
import type { Rejection } from './state.ts'
import type { WorkingOrders } from './working-orders.ts'

/**
 * What owners do to their accounts apart from trading: docs/trading-rules.md, 9. Each public method is one operation.
 */
export class AccountDesk {
  private readonly log: EventLog
  private readonly working: WorkingOrders
  private readonly watch: MarginWatch
  private readonly outside: Outside

  constructor(parts: { log: EventLog; working: WorkingOrders; watch: MarginWatch; outside: Outside }) {
    this.log = parts.log
    this.working = parts.working
    this.watch = parts.watch
    this.outside = parts.outside
  }

  /** @param portfolio new and empty */
  open(portfolio: Portfolio, { startingCents }: OpenAccount, timeMs: number): OpenAccountResult {
    assertCents(startingCents)
    this.log.begin(portfolio, 'deposit')
    this.outside.moveCash(portfolio, startingCents, 'deposit', timeMs)
    return { kind: 'account.open', ok: true, account: portfolio.account }
  }

  update(portfolio: Portfolio, { name, mode }: UpdateAccount): UpdateAccountResult {
    const { account } = portfolio
    const isRenamed = name !== undefined && name !== account.name
    const isOtherMode = mode !== undefined && mode !== account.mode
    const rejection = isOtherMode ? modeRejectionOf(portfolio, mode) : undefined
    if (rejection !== undefined) return { kind: 'account.update', ok: false, rejection }
    this.log.begin(portfolio, 'system')
    if (isRenamed) account.name = name
    if (isOtherMode) this.changeMode(portfolio, mode)
    if (isRenamed || isOtherMode) this.log.touch(portfolio)
    return { kind: 'account.update', ok: true, account }
  }

  move(portfolio: Portfolio, { kind, cents }: MoveMoney, timeMs: number): MoveMoneyResult {
    assertCents(cents)
    const isDeposit = kind === 'account.deposit'
    const rejection = isDeposit ? undefined : withdrawalRejectionOf(portfolio, cents)
    if (rejection !== undefined) return { kind, ok: false, rejection }
    const cause = isDeposit ? 'deposit' : 'withdraw'
    this.log.begin(portfolio, cause)
    const entry = this.outside.moveCash(portfolio, isDeposit ? cents : -cents, cause, timeMs)
    return { kind, ok: true, account: portfolio.account, entry }
  }

  /** Starts the account again, whatever its state. */
  reset(portfolio: Portfolio, { startingCents }: ResetAccount, timeMs: number): ResetAccountResult {
    assertCents(startingCents)
    const { account } = portfolio
    this.empty(portfolio, timeMs)
    this.outside.moveCash(portfolio, startingCents, 'reset', timeMs)
    account.resets++
    this.watch.forget(portfolio)
    return { kind: 'account.reset', ok: true, account }
  }

  /** Ends the account for good, whatever its state. The caller then forgets it. */
  close(portfolio: Portfolio, timeMs: number): CloseAccountResult {
    this.empty(portfolio, timeMs)
    portfolio.account.isClosed = true
    // Its user may have written their own name.
    portfolio.account.name = CLOSED_NAME
    this.log.touch(portfolio)
    this.watch.forget(portfolio)
    return { kind: 'account.close', ok: true }
  }

  /** Takes out its orders, positions and cash. */
  private empty(portfolio: Portfolio, timeMs: number): void {
    const { account } = portfolio
    this.log.begin(portfolio, 'reset')
    this.working.cancelOpen(portfolio, 'reset', timeMs)
    this.giveBackPositions(portfolio, timeMs)
    if (account.cashCents !== 0) this.outside.moveCash(portfolio, -account.cashCents, 'reset', timeMs)
    account.realizedCents = 0
    account.feesPaidCents = 0
    account.marginState = 'ok'
  }

  private changeMode(portfolio: Portfolio, mode: AccountMode): void {
    const { account } = portfolio
    account.mode = mode
    account.marginState = 'ok'
    // Orders hold margin now instead of cash, or the other way round. Their `heldCents` do not change and are not
    // reported.
    for (const order of portfolio.openOrders()) updateHold(order)
    if (mode === 'margin') this.watch.note(portfolio)
    else this.watch.forget(portfolio)
  }

  private giveBackPositions(portfolio: Portfolio, timeMs: number): void {
    for (const position of portfolio.positions()) {
      const { lots, symbol } = position
      if (lots === 0 && position.realizedCents === 0) continue
      position.lots = 0
      position.costCents = 0
      position.realizedCents = 0
      if (lots !== 0) this.outside.bookLots(portfolio, symbol, -lots, 0, 'reset', timeMs)
      this.log.touchPosition(portfolio, position)
    }
  }
}

/** The name of every closed account. */
const CLOSED_NAME = 'Closed'

const assertCents = (cents: number): void => {
  assert(Number.isSafeInteger(cents) && cents > 0, 'whole cents, more than 0')
}

/** A cash account must owe nothing, and must be able to pay for its open orders. */
function modeRejectionOf(portfolio: Portfolio, mode: AccountMode): Rejection | undefined {
  const { account } = portfolio
  if (mode === 'margin') return undefined
  if (account.marginState === 'liquidating') return { code: 'LIQUIDATING' }
  if (account.cashCents < account.heldCents) {
    return { code: 'INSUFFICIENT_MARGIN', requiredCents: account.heldCents, availableCents: account.cashCents }
  }
  const orders = portfolio.openOrders()
  // A reduce-only buy waits for a short position that a cash account cannot have.
  if (orders.some((order) => order.side === 'buy' && order.reduceOnly)) return { code: 'INSUFFICIENT_MARGIN' }
  for (const market of portfolio.markets) {
    const requiredLots = portfolio.openLots(market, 'sell') + (portfolio.position(market)?.heldLots ?? 0)
    const availableLots = portfolio.lots(market)
    if (requiredLots > availableLots) return { code: 'INSUFFICIENT_MARGIN', requiredLots, availableLots }
  }
  return undefined
}

function withdrawalRejectionOf(portfolio: Portfolio, requiredCents: number): Rejection | undefined {
  const { account } = portfolio
  if (account.marginState === 'liquidating') return { code: 'LIQUIDATING' }
  const availableCents = portfolio.isMargin
    ? Math.max(0, Math.min(account.cashCents, freeMarginCents(portfolio)))
    : portfolio.buyingPowerCents
  return requiredCents > availableCents ? { code: 'INSUFFICIENT_FUNDS', requiredCents, availableCents } : undefined
}
