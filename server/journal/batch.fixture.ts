import { createHash } from 'node:crypto'
import { type AccountNumber, FEES, FIRST_USER_ACCOUNT, HOUSE, OUTSIDE } from '../engine/command.ts'
import { CASH, type Entry, type Fill } from '../engine/event.ts'
import type { Account, Order, Position } from '../engine/state.ts'
import type { Batch, CommandResult } from './batch.ts'

const TIME_MS = 1_764_000_000_000

export function batchOf(parts: Partial<Batch> & Pick<Batch, 'batch'>): Batch {
  return {
    epoch: 0,
    streamPosition: `${parts.batch}-0`,
    timeMs: TIME_MS + parts.batch,
    results: [],
    orders: [],
    fills: [],
    entries: [],
    positions: [],
    accounts: [],
    opened: [],
    deadMen: [],
    ...parts,
  }
}

export const accountOf = (account: AccountNumber, parts: Partial<Account> = {}): Account => ({
  account,
  name: `account ${account}`,
  mode: 'cash',
  marginState: 'ok',
  cashCents: 0,
  heldCents: 0,
  realizedCents: 0,
  feesPaidCents: 0,
  resets: 0,
  seq: 1,
  orderNumber: 0,
  fillNumber: 0,
  entryNumber: 0,
  createdAtMs: TIME_MS,
  ...parts,
})

export const orderOf = (account: AccountNumber, number: number, parts: Partial<Order> = {}): Order => ({
  account,
  number,
  clientOrderId: `order-${number}`,
  symbol: 'VLNT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: false,
  selfTrade: 'cancel_maker',
  source: 'api',
  tag: undefined,
  lots: 10,
  limitTicks: 10_000,
  stopTicks: 0,
  trailTicks: 0,
  trailBps: 0,
  highWaterTicks: 0,
  expireAtMs: undefined,
  reduceOnly: false,
  role: undefined,
  parentNumber: undefined,
  groupNumber: undefined,
  arrivalMidHalfTicks: 20_001,
  filledLots: 0,
  filledTickLots: 0,
  feeCentBps: 0,
  feesPaidCents: 0,
  heldCents: 100_100,
  status: 'open',
  reason: undefined,
  rejectCode: undefined,
  priority: number,
  version: 1,
  createdAtMs: TIME_MS,
  updatedAtMs: TIME_MS,
  closedAtMs: undefined,
  ...parts,
})

export const positionOf = (account: AccountNumber, parts: Partial<Position> = {}): Position => ({
  account,
  symbol: 'VLNT',
  lots: 0,
  costCents: 0,
  realizedCents: 0,
  heldLots: 0,
  ...parts,
})

export const resultOf = (account: AccountNumber, commandId: string, result: unknown = { ok: true }): CommandResult => ({
  account,
  commandId,
  payloadHash: createHash('sha256').update(commandId).digest(),
  result,
})

/** An entry that moves an amount from `counter` to `account`, numbered by `next`. */
export function entryOf(
  next: (account: AccountNumber) => number,
  kind: Entry['kind'],
  [account, counter, asset, amount]: readonly [AccountNumber, AccountNumber, string, number],
  parts: Partial<Entry> = {},
): Entry {
  return {
    account,
    number: next(account),
    counter,
    counterNumber: next(counter),
    kind,
    asset,
    amount,
    balanceAfter: 0,
    counterBalanceAfter: counter < FIRST_USER_ACCOUNT ? undefined : 0,
    orderNumber: undefined,
    fillNumber: undefined,
    counterOrderNumber: undefined,
    counterFillNumber: undefined,
    timeMs: TIME_MS,
    ...parts,
  }
}

/** Running numbers, separate for each account. */
export function counters(): (account: AccountNumber) => number {
  const last = new Map<AccountNumber, number>()
  return (account) => {
    const number = (last.get(account) ?? 0) + 1
    last.set(account, number)
    return number
  }
}

export const depositOf = (next: (account: AccountNumber) => number, account: AccountNumber, cents: number): Entry =>
  entryOf(next, 'deposit', [account, OUTSIDE, CASH, cents])

/** Market orders that the house fills at once: each has an order, a fill, and entries for value, quantity and fee. */
export class TakerFlow {
  readonly #next = counters()
  readonly #orders = counters()
  #trade = 0

  /** A batch that opens and funds the accounts. */
  opening(batch: number, accounts: readonly AccountNumber[]): Batch {
    return batchOf({
      batch,
      accounts: accounts.map((account) => accountOf(account)),
      entries: accounts.map((account) => depositOf(this.#next, account, 1e12)),
      opened: accounts.map((account) => ({ account, userId: `user-${account}` })),
    })
  }

  batch(batch: number, accounts: readonly AccountNumber[], result?: unknown): Batch {
    const orders: Order[] = []
    const fills: Fill[] = []
    const entries: Entry[] = []
    const positions = new Map<string, Position>()
    const touched = new Map<AccountNumber, Account>()
    const timeMs = TIME_MS + batch
    for (const account of accounts) {
      const number = this.#orders(account)
      const symbol = `SYM${number % 16}`
      const ticks = 9_000 + (number % 1_000)
      const lots = 1 + (number % 50)
      const feeCents = Math.ceil((ticks * lots * 5) / 10_000)
      const order = orderOf(account, number, {
        clientOrderId: `web-${account}-${number}`,
        symbol,
        type: 'market',
        timeInForce: 'ioc',
        limitTicks: 0,
        lots,
        filledLots: lots,
        filledTickLots: ticks * lots,
        feesPaidCents: feeCents,
        heldCents: 0,
        status: 'filled',
        priority: 0,
        version: 2,
        createdAtMs: timeMs,
        updatedAtMs: timeMs,
        closedAtMs: timeMs,
      })
      orders.push(order)
      fills.push({
        account,
        number,
        orderNumber: number,
        clientOrderId: order.clientOrderId,
        symbol,
        side: 'buy',
        ticks,
        lots,
        valueCents: ticks * lots,
        feeCents,
        liquidity: 'taker',
        realizedCents: 0,
        tradeId: 1e9 + ++this.#trade,
        timeMs,
      })
      const of = { orderNumber: number, fillNumber: number, timeMs }
      entries.push(
        entryOf(this.#next, 'trade', [account, HOUSE, CASH, -ticks * lots], of),
        entryOf(this.#next, 'trade', [account, HOUSE, symbol, lots], of),
        entryOf(this.#next, 'fee', [account, FEES, CASH, -feeCents], of),
      )
      positions.set(`${account} ${symbol}`, positionOf(account, { symbol, lots, costCents: ticks * lots }))
      touched.set(account, accountOf(account, { orderNumber: number, fillNumber: number, entryNumber: number * 3 + 1 }))
    }
    return batchOf({
      batch,
      orders,
      fills,
      entries,
      positions: [...positions.values()],
      accounts: [...touched.values()],
      results: orders.map((order) =>
        resultOf(order.account, `o:${order.clientOrderId}`, result ?? { ok: true, data: { ...order } }),
      ),
    })
  }
}
