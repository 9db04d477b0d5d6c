import type { CommandResult } from '../../server/engine/command-result.ts'
import type { Entry, EngineEvents } from '../../server/engine/event.ts'
import type { Account, Order, Position } from '../../server/engine/state.ts'
import { type Exchange, SYMBOLS } from './player.ts'

/** Fields of an order that must be equal. `version` counts its events, and `priority` is compared as an order of places in `stateView`. */
const ORDER_FIELDS = [
  'account number clientOrderId symbol side type timeInForce postOnly selfTrade source tag lots limitTicks stopTicks',
  'trailTicks trailBps highWaterTicks expireAtMs reduceOnly role parentNumber groupNumber arrivalMidHalfTicks',
  'filledLots filledTickLots feeCentBps feesPaidCents heldCents status reason rejectCode createdAtMs updatedAtMs',
  'closedAtMs',
].flatMap((line) => line.split(' ') as (keyof Order)[])
const ACCOUNT_FIELDS = [
  'account name mode marginState cashCents heldCents realizedCents feesPaidCents resets seq orderNumber fillNumber',
  'entryNumber createdAtMs isClosed',
].flatMap((line) => line.split(' ') as (keyof Account)[])

/** Live objects of the engine may have more fields than their types. */
const picked = <Thing extends object>(thing: Thing, fields: readonly (keyof Thing)[]) =>
  Object.fromEntries(fields.map((field) => [field, thing[field]]))
/** The final lots of a reduce-only order that was reduced to nothing depend on the number of steps in which that happened. */
const orderOf = (order: Readonly<Order>) => {
  const view = picked(order, ORDER_FIELDS)
  return order.reason === 'reduce_only' ? { ...view, lots: undefined } : view
}
const accountOf = (account: Readonly<Account>) => picked(account, ACCOUNT_FIELDS)
const positionOf = ({ account, symbol, lots, costCents, realizedCents, heldLots }: Readonly<Position>) => ({
  account,
  symbol,
  lots,
  costCents,
  realizedCents,
  heldLots,
})

const byId = (a: { account: number; number: number }, b: { account: number; number: number }) =>
  a.account - b.account || a.number - b.number

/** The parts of a command's result that must be equal. */
export function resultView(result: CommandResult | number | undefined): unknown {
  if (typeof result !== 'object') return result
  const view: Record<string, unknown> = { ...result }
  // If several positions prevent a change of mode, either may be named.
  if (result.kind === 'account.update' && !result.ok) return { ...view, rejection: { code: result.rejection.code } }
  for (const [key, value] of Object.entries(result) as [string, unknown][]) {
    if (key === 'order' || key === 'takeProfit' || key === 'stopLoss') {
      view[key] = value === undefined ? undefined : orderOf(value as Order)
    } else if (key === 'orders') view[key] = (value as Order[]).map(orderOf)
    else if (key === 'account') view[key] = accountOf(value as Account)
    else if (key === 'entry') view[key] = sidesOf(value as Entry)
  }
  return view
}

/** Both sides of a ledger entry, because engine and oracle may put different users first. */
const sidesOf = (entry: Entry) => {
  const { account, number, counter, counterNumber, kind, asset, amount, timeMs } = entry
  const { balanceAfter, counterBalanceAfter, orderNumber, fillNumber, counterOrderNumber, counterFillNumber } = entry
  const shared = { kind, asset, timeMs }
  return [
    { account, number, counter, counterNumber, ...shared, amount, balanceAfter, orderNumber, fillNumber },
    {
      account: counter,
      number: counterNumber,
      counter: account,
      counterNumber: number,
      ...shared,
      amount: -amount,
      balanceAfter: counterBalanceAfter,
      orderNumber: counterOrderNumber,
      fillNumber: counterFillNumber,
    },
  ]
}

/**
 * The parts of drained events that must be equal: trades in their order, everything else by account and number, and each order
 * and account once with its current state.
 */
export function eventsView({ trades, entries, fills, orders, accounts, deadMen }: EngineEvents): unknown {
  return {
    trades,
    entries: entries.flatMap(sidesOf).sort(byId),
    fills: [...fills].sort(byId),
    orders: [...new Set(orders)].sort(byId).map(orderOf),
    accounts: accounts
      .filter(({ account }) => account.account >= 16)
      .sort((a, b) => a.account.account - b.account.account)
      .map(({ account, cause }) => ({ ...accountOf(account), cause })),
    deadMen: [...deadMen]
      .sort((a, b) => a.account - b.account)
      .map(({ account, atMs, symbols, keepProtective }) =>
        atMs === undefined ? { account } : { account, atMs, symbols, keepProtective },
      ),
  }
}

/** The whole state. */
export function stateView(exchange: Exchange, accounts: readonly number[]): unknown {
  const orders = accounts.flatMap((account) => exchange.openOrders(account))
  const bySymbol = (a: Position, b: Position) => (a.symbol < b.symbol ? -1 : 1)
  return {
    accounts: accounts.map((account) => ({
      ...accountOf(found(exchange.account(account))),
      power: exchange.buyingPower(account),
    })),
    positions: accounts.map((account) =>
      exchange
        .positions(account)
        .filter(({ lots, realizedCents }) => lots !== 0 || realizedCents !== 0)
        .map(positionOf)
        .sort(bySymbol),
    ),
    orders: orders.map((order) => ({ ...orderOf(order), ahead: exchange.queueAhead(order) })),
    places: [...orders]
      .filter(({ priority }) => priority > 0)
      .sort((a, b) => a.priority - b.priority)
      .map(({ account, number }) => `${account}:${number}`),
    levels: SYMBOLS.map((symbol) => [exchange.levels(symbol, 'buy'), exchange.levels(symbol, 'sell')]),
    marks: SYMBOLS.map((symbol) => exchange.markMicroTicks(symbol)),
  }
}

/** The paths at which two values differ, with both values; empty if they are equal. A missing field equals undefined. */
export function difference(expected: unknown, got: unknown): string {
  const lines: string[] = []
  compare(expected, got, '', lines)
  return lines.slice(0, 40).join('\n')
}

function compare(expected: unknown, got: unknown, path: string, lines: string[]): void {
  if (Object.is(expected, got)) return
  if (isObject(expected) && isObject(got)) {
    for (const key of Object.keys(expected)) compare(expected[key], got[key], `${path}.${key}`, lines)
    for (const key of Object.keys(got)) if (!(key in expected)) compare(undefined, got[key], `${path}.${key}`, lines)
  } else lines.push(`${path}: the oracle has ${JSON.stringify(expected)}, the engine ${JSON.stringify(got)}`)
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function found<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('an account that was opened does not exist')
  return thing
}
