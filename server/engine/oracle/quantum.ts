import type { SetDeadMan } from '../command.ts'
import type { SetDeadManResult } from '../command-result.ts'
import { stepMark } from '../mark.ts'
import { midHalfTicks } from './book.ts'
import { cancelEach } from './cancel.ts'
import { closeOrder } from './closing.ts'
import { watchMargin } from './margin.ts'
import type { Listeners } from './matching.ts'
import { settle } from './settle.ts'
import { isOpen, type NaiveState, ordersOf } from './state.ts'
import { publishHighWaters } from './stops.ts'

/** 50 ms of market time: marks, expiries, switches, margin, and once a second the high-water prices. */
export function quantum(state: NaiveState, listeners: Listeners): void {
  for (const market of state.markets) {
    const mid = midHalfTicks(market)
    if (mid > 0) market.markMicroTicks = stepMark(market.markMicroTicks, mid)
  }
  const expired = expire(state, listeners)
  runDeadMen(state, listeners, state.endsPerQuantumMax - expired)
  watchMargin(state, listeners)
  if (state.nowMs - state.highWatersReportedAtMs >= 1_000) publishHighWaters(state)
  settle(state, listeners)
}

/** @returns the number of expired orders */
function expire(state: NaiveState, listeners: Listeners): number {
  const endOf = (order: { expireAtMs: number | undefined }) => order.expireAtMs ?? Infinity
  const due = state.orders
    .filter((order) => endOf(order) <= state.nowMs)
    .sort((a, b) => endOf(a) - endOf(b) || a.account - b.account || a.number - b.number)
  let expired = 0
  for (const order of due) {
    if (expired === state.endsPerQuantumMax) break
    if (!isOpen(order)) continue
    closeOrder(state, order, 'expired', order.timeInForce === 'day' ? 'day_end' : 'gtd', 'session')
    expired++
    settle(state, listeners)
  }
  return expired
}

function runDeadMen(state: NaiveState, listeners: Listeners, endsMax: number): void {
  const timeOf = ({ atMs = Infinity }) => atMs
  const due = state.deadMen
    .filter((deadMan) => timeOf(deadMan) <= state.nowMs)
    .sort((a, b) => timeOf(a) - timeOf(b) || a.account - b.account)
  let ended = 0
  for (const deadMan of due) {
    if (ended >= endsMax) break
    state.deadMen = state.deadMen.filter((one) => one !== deadMan)
    const chosen = ordersOf(state, deadMan.account)
      .filter(({ symbol }) => deadMan.symbols?.includes(symbol) ?? true)
      .filter(({ status, reduceOnly }) => !(deadMan.keepProtective && status === 'untriggered' && reduceOnly))
    ended += cancelEach(state, chosen, 'dead_man', 'cancel').length
    state.events.deadMen.push({ ...deadMan, atMs: undefined })
    settle(state, listeners)
  }
}

export function setDeadMan(state: NaiveState, command: SetDeadMan): SetDeadManResult {
  const { kind, account, timeoutMs, symbols, keepProtective } = command
  const atMs = timeoutMs === 0 ? undefined : state.nowMs + timeoutMs
  const deadMan = { account, atMs, symbols, keepProtective }
  const wasSet = state.deadMen.some((one) => one.account === account)
  state.deadMen = state.deadMen.filter((one) => one.account !== account)
  if (atMs !== undefined) state.deadMen.push(deadMan)
  if (wasSet || atMs !== undefined) state.events.deadMen.push(deadMan)
  return { kind, ok: true, atMs }
}
