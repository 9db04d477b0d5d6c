import { type ChargeDays, OUTSIDE } from '../command.ts'
import { CASH } from '../event.ts'
import type { Account } from '../state.ts'
import { decimalMoney, feeOnCentBps, valueAtMark, yearlyBpsUp } from './arithmetic.ts'
import { cancelEach } from './cancel.ts'
import { equityOf, maintenanceOf } from './holds.ts'
import { enter, type Listeners } from './matching.ts'
import { orderOf } from './place.ts'
import { pathOf } from './refusal.ts'
import { settle } from './settle.ts'
import { move } from './settlement.ts'
import { accountOf, change, leftOf, lotsHeld, type NaiveMarket, type NaiveState, ordersOf, touch } from './state.ts'
import type { Order } from '../state.ts'

const RETRY_MS = 1_000
const LIQUIDATION = { mode: 'liquidation' } as const

const byNumber = (state: NaiveState): Account[] => [...state.accounts].sort((a, b) => a.account - b.account)

/** A quantum checks all margin accounts, then closes one position of each account that was already being liquidated. */
export function watchMargin(state: NaiveState, listeners: Listeners): void {
  const before = byNumber(state).filter(({ marginState }) => marginState === 'liquidating')
  for (const account of byNumber(state)) {
    if (account.mode !== 'margin') continue
    judge(state, account)
    settle(state, listeners)
  }
  for (const account of before) {
    if (account.marginState !== 'liquidating') continue
    closeOne(state, listeners, account)
    judge(state, account)
  }
}

function judge(state: NaiveState, owner: Account): void {
  const { account } = owner
  const held = state.markets.filter(({ spec }) => lotsHeld(state, account, spec.symbol) !== 0)
  if (held.some(({ markMicroTicks }) => markMicroTicks === 0)) return
  const [equity, maintenance] = [equityOf(state, account), maintenanceOf(state, account)]
  const isSafe = held.length === 0 || 4 * equity >= 5 * maintenance
  if (isSafe) setState(state, owner, 'ok')
  else if (owner.marginState === 'liquidating') return
  else if (equity >= maintenance) setState(state, owner, 'warning')
  else {
    setState(state, owner, 'liquidating')
    cancelEach(state, ordersOf(state, account), 'liquidation', LIQUIDATION.mode)
  }
}

function setState(state: NaiveState, owner: Account, marginState: Account['marginState']): void {
  if (owner.marginState === marginState) return
  owner.marginState = marginState
  if (marginState !== 'liquidating') state.retries = state.retries.filter(({ account }) => account !== owner.account)
  touch(state, owner.account, LIQUIDATION.mode)
}

/** Closes the position whose closing loses the least. */
function closeOne(state: NaiveState, listeners: Listeners, { account }: Account): void {
  const choices = state.markets
    .filter((market) => market.status === 'open' && lotsHeld(state, account, market.spec.symbol) !== 0)
    .filter(
      ({ spec: { symbol } }) =>
        !state.retries.some(
          (retry) => retry.account === account && retry.symbol === symbol && retry.atMs > state.nowMs,
        ),
    )
    .map((market) => ({ market, order: closingOrder(state, account, market) }))
    .map(({ market, order }) => ({ order, lossCents: lossOf(state, market, order) }))
    .filter(({ lossCents }) => lossCents !== undefined)
  const least = Math.min(...choices.map(({ lossCents = 0 }) => lossCents))
  const order = choices.find(({ lossCents }) => lossCents === least)?.order
  if (order === undefined) return
  accountOf(state, account).orderNumber = order.number
  state.orders.push(order)
  change(state, order, LIQUIDATION.mode)
  enter(state, listeners, order)
  settle(state, listeners)
  state.retries = state.retries.filter((retry) => retry.account !== account || retry.symbol !== order.symbol)
  if (leftOf(order) > 0) state.retries.push({ account, symbol: order.symbol, atMs: state.nowMs + RETRY_MS })
}

function closingOrder(state: NaiveState, account: number, { spec }: NaiveMarket): Order {
  const lots = lotsHeld(state, account, spec.symbol)
  return orderOf(state, {
    kind: 'order.place',
    account,
    clientOrderId: `#${accountOf(state, account).orderNumber + 1}`,
    symbol: spec.symbol,
    side: lots > 0 ? 'sell' : 'buy',
    type: 'market',
    lots: Math.min(Math.abs(lots), spec.maxLots),
    limitTicks: 0,
    timeInForce: 'ioc',
    postOnly: false,
    reduceOnly: true,
    selfTrade: 'cancel_maker',
    source: 'system',
  })
}

/** How much equity closing it now would lose; undefined when there is nothing to trade with. */
function lossOf(state: NaiveState, { spec, markMicroTicks }: NaiveMarket, order: Order): number | undefined {
  const { lots, valueCents } = pathOf(state, order)
  if (lots === 0) return undefined
  const atMark = valueAtMark(lots, markMicroTicks, spec.centsPerTickLot)
  const worse = order.side === 'sell' ? atMark - valueCents : valueCents - atMark
  return worse + feeOnCentBps(valueCents * spec.takerBps)
}

/** Interest on debt, then the fee for each short, for a number of days. */
export function chargeDays(state: NaiveState, { days }: ChargeDays): void {
  for (const { account, mode, cashCents } of byNumber(state)) {
    if (mode !== 'margin') continue
    const interest = cashCents < 0 ? yearlyBpsUp(-cashCents, state.interestBps, days) : 0
    const toOutside = { account, counter: OUTSIDE, asset: CASH }
    const time = days === 1 ? 'for 1 day' : `for ${days} days`
    const debt = decimalMoney(Math.max(0, -cashCents))
    move(state, { ...toOutside, kind: 'interest', amount: -interest, note: `interest on ${debt} ${time}` })
    for (const { spec, markMicroTicks } of state.markets) {
      const short = Math.max(0, -lotsHeld(state, account, spec.symbol))
      const value = valueAtMark(short, markMicroTicks, spec.centsPerTickLot)
      const note = `borrow of ${spec.symbol} worth ${decimalMoney(value)} ${time}`
      move(state, { ...toOutside, kind: 'borrow', amount: -yearlyBpsUp(value, spec.borrowBps, days), note })
    }
  }
}
