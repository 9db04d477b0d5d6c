import {
  type CloseAccount,
  type MoveMoney,
  type OpenAccount,
  OUTSIDE,
  type ResetAccount,
  type UpdateAccount,
} from '../command.ts'
import type {
  CloseAccountResult,
  MoveMoneyResult,
  OpenAccountResult,
  ResetAccountResult,
  UpdateAccountResult,
} from '../command-result.ts'
import { CASH } from '../event.ts'
import type { Account, Rejection } from '../state.ts'
import { cancelEach } from './cancel.ts'
import { freeCash, freeMargin, holdsOf } from './holds.ts'
import { lotsHeldBy, sharesOf } from './reduce-only.ts'
import { settle } from './settle.ts'
import { move } from './settlement.ts'
import { accountOf, changePosition, found, lotsHeld, type NaiveState, ordersOf, touch } from './state.ts'
import type { Listeners } from './matching.ts'

export const newNaiveAccount = (
  account: number,
  name: string,
  createdAtMs: number,
  mode: Account['mode'],
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
  createdAtMs,
})

export function openAccount(state: NaiveState, command: OpenAccount): OpenAccountResult {
  const account = newNaiveAccount(command.account, command.name, state.nowMs, command.mode ?? 'cash')
  state.accounts.push(account)
  fromOutside(state, account.account, 'deposit', command.startingCents)
  return { kind: command.kind, ok: true, account }
}

const fromOutside = (state: NaiveState, account: number, kind: 'deposit' | 'withdraw' | 'reset', amount: number) =>
  move(state, { account, counter: OUTSIDE, kind, asset: CASH, amount })

/** Deposits money, or withdraws what nothing holds. */
export function moveMoney(state: NaiveState, { kind, account, cents }: MoveMoney): MoveMoneyResult {
  const owner = accountOf(state, account)
  if (kind === 'account.withdraw') {
    const rejection = withdrawalRefusal(state, owner, cents)
    if (rejection !== undefined) return { kind, ok: false, rejection }
  }
  const sign = kind === 'account.deposit' ? 1 : -1
  const entry = fromOutside(state, account, sign > 0 ? 'deposit' : 'withdraw', sign * cents)
  return { kind, ok: true, account: owner, entry: found(entry, 'entry of nothing') }
}

function withdrawalRefusal(
  state: NaiveState,
  { account, mode, cashCents, marginState }: Account,
  cents: number,
): Rejection | undefined {
  if (marginState === 'liquidating') return { code: 'LIQUIDATING' }
  const free = mode === 'cash' ? freeCash(state, account) : Math.min(cashCents, freeMargin(state, account))
  if (cents <= free) return undefined
  return { code: 'INSUFFICIENT_FUNDS', requiredCents: cents, availableCents: Math.max(0, free) }
}

export function updateAccount(state: NaiveState, { kind, account, name, mode }: UpdateAccount): UpdateAccountResult {
  const owner = accountOf(state, account)
  const isOtherMode = mode !== undefined && mode !== owner.mode
  if (isOtherMode) {
    if (owner.marginState === 'liquidating') return { kind, ok: false, rejection: { code: 'LIQUIDATING' } }
    const rejection = mode === 'cash' ? cashRefusal(state, owner) : undefined
    if (rejection !== undefined) return { kind, ok: false, rejection }
    owner.mode = mode
    owner.marginState = 'ok'
  }
  if (isOtherMode || (name !== undefined && name !== owner.name)) touch(state, account)
  if (name !== undefined) owner.name = name
  return { kind, ok: true, account: owner }
}

/** Back to cash only without debt, without pending buys to close a short, and with everything on sale available. */
function cashRefusal(state: NaiveState, owner: Account): Rejection | undefined {
  const { account, cashCents } = owner
  const code = 'INSUFFICIENT_MARGIN'
  const requiredCents = holdsOf(state, account)
  if (requiredCents > cashCents) return { code, requiredCents, availableCents: cashCents }
  if (ordersOf(state, account).some((order) => order.side === 'buy' && order.reduceOnly)) return { code }
  const accounts = state.accounts.map((one) => (one === owner ? { ...one, mode: 'cash' as const } : one))
  for (const { spec } of state.markets) {
    const requiredLots = lotsHeldBy(sharesOf({ ...state, accounts }, account, spec.symbol))
    const availableLots = lotsHeld(state, account, spec.symbol)
    if (requiredLots > availableLots) return { code, requiredLots, availableLots }
  }
  return undefined
}

/** Starts the account again with the requested cash. */
export function resetAccount(state: NaiveState, listeners: Listeners, command: ResetAccount): ResetAccountResult {
  const { kind, account, startingCents } = command
  const owner = accountOf(state, account)
  empty(state, owner)
  fromOutside(state, account, 'reset', startingCents)
  owner.resets++
  settle(state, listeners)
  return { kind, ok: true, account: owner }
}

/** Ends the account: it is as if it had never been there, apart from what has been recorded of it. */
export function closeAccount(
  state: NaiveState,
  listeners: Listeners,
  { kind, account }: CloseAccount,
): CloseAccountResult {
  const owner = accountOf(state, account)
  empty(state, owner)
  owner.isClosed = true
  owner.name = 'Closed'
  settle(state, listeners)
  state.accounts = state.accounts.filter((one) => one !== owner)
  state.positions = state.positions.filter((one) => one.account !== account)
  state.retries = state.retries.filter((one) => one.account !== account)
  const armed = state.deadMen.find((one) => one.account === account)
  state.deadMen = state.deadMen.filter((one) => one !== armed)
  if (armed !== undefined) state.events.deadMen.push({ ...armed, atMs: undefined })
  return { kind, ok: true }
}

function empty(state: NaiveState, owner: Account): void {
  const { account } = owner
  cancelEach(state, ordersOf(state, account), 'reset')
  for (const { spec } of state.markets) {
    const position = state.positions.find((one) => one.account === account && one.symbol === spec.symbol)
    if (position === undefined) continue
    if (position.lots !== 0 || position.realizedCents !== 0) changePosition(state, position)
    move(state, { account, counter: OUTSIDE, kind: 'reset', asset: spec.symbol, amount: -position.lots })
    position.costCents = 0
    position.realizedCents = 0
  }
  fromOutside(state, account, 'reset', -owner.cashCents)
  owner.realizedCents = 0
  owner.feesPaidCents = 0
  owner.marginState = 'ok'
}
