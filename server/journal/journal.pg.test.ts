import { createHash } from 'node:crypto'
import { createServer, connect, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, withDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { Connection } from '../database/connection.ts'
import { openDatabase, type Database } from '../database/database.ts'
import { FEES, HOUSE, OUTSIDE } from '../engine/command.ts'
import { CASH, type Fill } from '../engine/event.ts'
import {
  accountOf,
  batchOf,
  counters,
  depositOf,
  entryOf,
  orderOf,
  positionOf,
  resultOf,
  TakerFlow,
} from './batch.fixture.ts'
import { CorporateActions } from './corporate-actions.ts'
import { History } from './history.ts'
import { Fenced, InDoubt, Journal, Refused, type Batch } from './journal.ts'
import { readLastBatch, readState } from './recovery.ts'

const ALICE = 100
const BOB = 200
const logger = { warn: () => undefined }

let fresh: FreshDatabase
let database: Database
let journal: Journal

beforeEach(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger })
  journal = new Journal(database.commits)
})
afterEach(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

const balanceOf = async (account: number, asset: string) =>
  (
    await database.queries.oneOrNone<{ amount: bigint }>(
      'SELECT amount FROM balance WHERE account_id = $1 AND asset = $2',
      [account, asset],
    )
  )?.amount

/** Of the account's first order. */
const fillOf = (account: number, number: number, clientOrderId = 'order-1'): Fill => ({
  ...{ account, number, orderNumber: 1, clientOrderId, symbol: 'VLNT', side: 'buy', ticks: 100, lots: 1 },
  ...{ valueCents: 100, feeCents: 1, liquidity: 'maker', realizedCents: 0, tradeId: 1e9 + number, timeMs: 1 },
})

/** ALICE, with 1,000.00; her second entry is the next. */
async function open(): Promise<ReturnType<typeof counters>> {
  const next = counters()
  await journal.commit(
    batchOf({
      batch: 1,
      accounts: [accountOf(ALICE, { entryNumber: 1 })],
      entries: [depositOf(next, ALICE, 100_000)],
      opened: [{ account: ALICE, userId: 'alice' }],
    }),
  )
  return next
}

async function refusal(batch: Batch): Promise<string | undefined> {
  const error: unknown = await journal.commit(batch).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(Refused)
  return (error as Refused).constraint
}

test('an order is read with just the fills that it has at that moment, whatever is committed meanwhile', async () => {
  await open()
  const history = new History(database.queries)
  const lots = 150
  const readAndCheck = async () => {
    for (const found of await Promise.all([history.order(ALICE, 1), history.orderByClientId(ALICE, 'a')])) {
      if (found === undefined) continue
      expect(found.fills).toEqual(Array.from({ length: found.order.filledLots }, (_, i) => fillOf(ALICE, i + 1, 'a')))
    }
  }
  for (let filledLots = 1; filledLots <= lots; filledLots++) {
    const order = orderOf(ALICE, 1, { clientOrderId: 'a', lots, filledLots, version: filledLots })
    const batch = batchOf({ batch: 1 + filledLots, orders: [order], fills: [fillOf(ALICE, filledLots, 'a')] })
    await Promise.all([journal.commit(batch), readAndCheck(), readAndCheck()])
  }
  expect((await history.order(ALICE, 1))?.fills).toHaveLength(lots)
})

describe('the database refuses', () => {
  test('a line that moves nothing, that goes from an account to itself, or that is not a user’s', async () => {
    const next = await open()
    const refused = async (line: Parameters<typeof entryOf>[2]) =>
      refusal(batchOf({ batch: 2, entries: [entryOf(next, 'trade', line)] }))
    expect(await refused([ALICE, HOUSE, CASH, 0])).toBe('ledger_entry_sound')
    expect(await refused([ALICE, ALICE, CASH, 5])).toBe('ledger_entry_sound')
    expect(await refused([HOUSE, ALICE, CASH, 5])).toBe('ledger_entry_sound')
    expect(await balanceOf(ALICE, CASH)).toBe(100_000n)
    expect((await readLastBatch(database.queries)).batch).toBe(1)
  })

  test('a line’s number used again, on either side', async () => {
    const next = await open()
    await journal.commit(batchOf({ batch: 2, accounts: [accountOf(BOB)], entries: [depositOf(next, BOB, 500)] }))
    const again = { ...depositOf(next, ALICE, 1), number: 1 }
    expect(await refusal(batchOf({ batch: 3, entries: [again] }))).toBe('ledger_entry_pkey')
    const toBob = entryOf(next, 'trade', [ALICE, BOB, CASH, -1])
    await journal.commit(batchOf({ batch: 3, entries: [toBob] }))
    const toBobAgain = { ...entryOf(next, 'trade', [ALICE, BOB, CASH, -1]), counterNumber: toBob.counterNumber }
    expect(await refusal(batchOf({ batch: 4, entries: [toBobAgain] }))).toBe('ledger_entry_counter')
  })

  test('an overdrawn account, on either side', async () => {
    const next = await open()
    await journal.commit(batchOf({ batch: 2, accounts: [accountOf(BOB)], entries: [depositOf(next, BOB, 500)] }))
    const overdrawn = async (line: Parameters<typeof entryOf>[2]) =>
      refusal(batchOf({ batch: 3, entries: [entryOf(next, 'trade', line)] }))
    expect(await overdrawn([ALICE, FEES, CASH, -100_001])).toBe('balance_not_overdrawn')
    expect(await overdrawn([ALICE, BOB, CASH, 501])).toBe('balance_not_overdrawn')
    expect(await overdrawn([ALICE, HOUSE, 'VLNT', -1])).toBe('balance_not_overdrawn')
    expect([await balanceOf(ALICE, CASH), await balanceOf(BOB, CASH)]).toEqual([100_000n, 500n])
  })

  test('money of an account that does not exist', async () => {
    await open()
    const entries = [depositOf(() => 1, BOB, 5)]
    const error: unknown = await journal.commit(batchOf({ batch: 2, entries })).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(Refused)
    expect((error as Refused).message).toMatch(/null value in column "account_id" of relation "balance"/)
  })

  test('a corporate action applied twice', async () => {
    await open()
    const actions = new CorporateActions(database.queries)
    const id = await actions.schedule({ symbol: 'VLNT', atMs: 5, kind: 'dividend', centsPerLot: 3 })
    await journal.commit(batchOf({ batch: 2, corporateActions: [id] }))
    expect(await refusal(batchOf({ batch: 3, corporateActions: [id] }))).toBe('corporate_action_applied_once')
  })

  test('a second use of a command id', async () => {
    await open()
    await journal.commit(batchOf({ batch: 2, results: [resultOf(ALICE, 'r:1')] }))
    expect(await refusal(batchOf({ batch: 3, results: [resultOf(ALICE, 'r:1', { other: 1 })] }))).toBe(
      'command_result_pkey',
    )
    await journal.commit(batchOf({ batch: 3, results: [resultOf(BOB, 'r:1')] }))
  })

  test('a second use of a client order id', async () => {
    await open()
    await journal.commit(batchOf({ batch: 2, orders: [orderOf(ALICE, 1, { clientOrderId: 'a' })] }))
    expect(await refusal(batchOf({ batch: 3, orders: [orderOf(ALICE, 2, { clientOrderId: 'a' })] }))).toBe(
      'orders_client_order_id_key',
    )
  })

  test('a batch after a gap, and a batch twice', async () => {
    await open()
    expect(await refusal(batchOf({ batch: 3 }))).toBe('journal_batch_no_gap')
    expect(await refusal(batchOf({ batch: 1 }))).toBe('journal_batch_pkey')
  })

  test('a batch of an epoch that does not have the lease', async () => {
    await database.queries.none('UPDATE lease SET epoch = 7')
    await expect(journal.commit(batchOf({ batch: 1, epoch: 6 }))).rejects.toBeInstanceOf(Fenced)
    await expect(journal.commit(batchOf({ batch: 1, epoch: 8 }))).rejects.toBeInstanceOf(Fenced)
    await journal.commit(batchOf({ batch: 1, epoch: 7 }))
  })

  test('to delete an account, and to change the ledger', async () => {
    await open()
    await expect(database.queries.none('DELETE FROM account WHERE account_id = 100')).rejects.toMatchObject({
      constraint: 'account_for_ever',
    })
    await expect(database.queries.none('UPDATE ledger_entry SET amount = 1')).rejects.toMatchObject({
      constraint: 'ledger_entry_for_ever',
    })
  })
})

test('what cannot be kept is refused before anything is sent', async () => {
  const refused = async (order: Parameters<typeof orderOf>[2], number = 1) =>
    expect(journal.commit(batchOf({ batch: 1, orders: [orderOf(ALICE, number, order)] }))).rejects.toBeInstanceOf(
      Refused,
    )
  await refused({ lots: 1.5 })
  await refused({}, 2 ** 32)
  await refused({ status: 'filled', closedAtMs: undefined })
  await refused({ status: 'held', closedAtMs: 5 })
  await journal.commit(batchOf({ batch: 1 }))
})

test('what was committed is what recovery reads', async () => {
  const next = await open()
  const account = accountOf(ALICE, {
    cashCents: 89_990,
    heldCents: 50_050,
    realizedCents: -3,
    feesPaidCents: 10,
    resets: 2,
    seq: 9,
    orderNumber: 3,
    fillNumber: 1,
    entryNumber: 4,
  })
  const resting = orderOf(ALICE, 2, { heldCents: 50_050, priority: 12, tag: 'a "nasty" \\ tag, {}' })
  const sale = orderOf(ALICE, 3, { side: 'sell', lots: 1, heldCents: 0, priority: 11, status: 'partially_filled' })
  const waiting = orderOf(ALICE, 5, {
    ...{
      type: 'trailing_stop',
      status: 'untriggered',
      priority: 10,
      side: 'sell',
      lots: 2,
      heldCents: 0,
      limitTicks: 0,
    },
    ...{ stopTicks: 990, trailTicks: 10, trailBps: 100, highWaterTicks: 1_000, timeInForce: 'gtd', expireAtMs: 77 },
  })
  const leg = { status: 'held', priority: 0, reduceOnly: true, parentNumber: 2, groupNumber: 2, heldCents: 0 } as const
  const legs = [
    orderOf(ALICE, 6, { ...leg, side: 'sell', role: 'take_profit' }),
    orderOf(ALICE, 7, { ...leg, side: 'sell', role: 'stop_loss', type: 'stop' }),
  ]
  const filled = orderOf(ALICE, 1, { status: 'filled', filledLots: 10, heldCents: 0, closedAtMs: 5 })
  const rejected = orderOf(ALICE, 4, {
    ...{ status: 'rejected', rejectCode: 'PRICE_BAND', heldCents: 0, priority: 0, closedAtMs: 5 },
  })
  const deadMan = { account: ALICE, atMs: 99, symbols: ['VLNT', 'a "b", {c}'], keepProtective: true }
  const position = positionOf(ALICE, { lots: 10, costCents: 10_000, realizedCents: -3 })
  const simulator = { VLNT: { mid: 100.125, seed: [1, 2, 3] } }
  await journal.commit(
    batchOf({
      batch: 2,
      streamPosition: '1764000000000-7',
      orders: [filled, resting, sale, rejected, waiting, ...legs],
      deadMen: [{ ...deadMan, atMs: 1 }, deadMan],
      chargedDay: 20_418,
      positions: [position],
      accounts: [account, accountOf(HOUSE)],
      entries: [
        entryOf(next, 'trade', [ALICE, HOUSE, CASH, -10_000]),
        entryOf(next, 'trade', [ALICE, HOUSE, 'VLNT', 10]),
        entryOf(next, 'fee', [ALICE, FEES, CASH, -10]),
      ],
      simulator,
    }),
  )
  const state = await readState(database.queries)
  expect(state.last).toMatchObject({ batch: 2, epoch: 0, streamPosition: '1764000000000-7', timeMs: 1764000000002 })
  expect(state.openOrders).toEqual([...legs, waiting, sale, resting])
  expect(state.positions).toEqual([position])
  expect(state.deadMen).toEqual([deadMan])
  expect(state.chargedDay).toBe(20_418)
  expect(state.simulator).toEqual(simulator)
  expect(state.accounts.find((one) => one.account === ALICE)).toEqual(account)
  expect(state.accounts.map((one) => one.account).sort()).toEqual([ALICE, HOUSE, FEES, OUTSIDE].sort())

  // An order's new state replaces the old one; what is identity stays.
  const canceled = { ...resting, status: 'canceled', reason: 'user', version: 2, closedAtMs: 6 } as const
  const armed = { ...waiting, highWaterTicks: 1_010, stopTicks: 1_000, version: 2 }
  const off = { ...deadMan, atMs: undefined }
  await journal.commit(batchOf({ batch: 3, orders: [canceled, armed], deadMen: [off] }))
  const after = await readState(database.queries)
  expect(after.openOrders).toEqual([...legs, armed, sale])
  expect(after.deadMen).toEqual([])
  expect(after.chargedDay).toBe(20_418)
})

test('a new order is written without a look for it; a changed one, and one that is perhaps new, is not written twice', async () => {
  await open()
  const timeMs = 1_764_000_000_100
  await journal.commit(batchOf({ batch: 2, timeMs }))
  const at = (createdAtMs: number, number: number) => orderOf(ALICE, number, { createdAtMs })
  const changed = { ...at(timeMs - 1, 1), version: 2, limitTicks: 5 }
  await journal.commit(
    batchOf({ batch: 3, timeMs: timeMs + 10, orders: [at(timeMs - 1, 1), at(timeMs, 2), at(timeMs + 1, 3)] }),
  )
  const orders = [changed, { ...at(timeMs, 2), version: 2 }, at(timeMs + 11, 4)]
  await journal.commit(batchOf({ batch: 4, timeMs: timeMs + 20, orders }))
  const versions = async () =>
    (await readState(database.queries)).openOrders.map(({ number, version }) => [number, version])
  expect(await versions()).toEqual([
    [1, 2],
    [2, 2],
    [3, 1],
    [4, 1],
  ])
  // Another process led meanwhile: what is newer than our last batch may be there.
  await database.queries.none('UPDATE lease SET epoch = 2')
  const other = new Journal(database.lease)
  await other.commit(batchOf({ batch: 5, epoch: 2, timeMs: timeMs + 30, orders: [at(timeMs + 25, 5)] }))
  await database.queries.none('UPDATE lease SET epoch = 3')
  await journal.commit(
    batchOf({ batch: 6, epoch: 3, timeMs: timeMs + 40, orders: [{ ...at(timeMs + 25, 5), version: 2 }] }),
  )
  expect((await versions()).at(-1)).toEqual([5, 2])
})

test('the floor of a balance follows the mode of its account', async () => {
  const next = await open()
  const account = accountOf(ALICE)
  const spend = (cents: number) => [entryOf(next, 'trade', [ALICE, HOUSE, CASH, -cents])]
  // On the switch to margin, cash and lots may be negative in the same batch.
  const short = entryOf(next, 'trade', [ALICE, HOUSE, 'VLNT', -5])
  const position = positionOf(ALICE, { lots: -5, costCents: -500 })
  const margin = accountOf(ALICE, { mode: 'margin', marginState: 'warning' })
  const entries = [...spend(150_000), short]
  await journal.commit(batchOf({ batch: 2, accounts: [margin], positions: [position], entries }))
  expect(await balanceOf(ALICE, CASH)).toBe(-50_000n)
  const state = await readState(database.queries)
  expect(state.positions).toEqual([position])
  expect(state.accounts.find((one) => one.account === ALICE)).toMatchObject({ mode: 'margin', marginState: 'warning' })

  // Back to cash only without debt, though what pays it off may come in the same batch.
  expect(await refusal(batchOf({ batch: 3, accounts: [account] }))).toBe('balance_not_overdrawn')
  const covered = [depositOf(next, ALICE, 60_000), entryOf(next, 'trade', [ALICE, HOUSE, 'VLNT', 5])]
  await journal.commit(batchOf({ batch: 3, accounts: [account], entries: covered }))
  expect(await balanceOf(ALICE, CASH)).toBe(10_000n)
  expect(await refusal(batchOf({ batch: 4, accounts: [account], entries: spend(10_001) }))).toBe(
    'balance_not_overdrawn',
  )
  await journal.commit(batchOf({ batch: 4, accounts: [account], entries: spend(10_000) }))
})

test('each batch is chained to the one before by the hash of its entries', async () => {
  const next = await open()
  const hash = async () => (await readLastBatch(database.queries)).hash
  const first = await hash()
  const bob = accountOf(BOB)
  const toBob = entryOf(next, 'trade', [ALICE, BOB, CASH, -500], {
    orderNumber: 3,
    fillNumber: 2,
    counterFillNumber: 9,
  })
  const deposit = depositOf(next, BOB, 1)
  await journal.commit(batchOf({ batch: 2, accounts: [bob], entries: [deposit, toBob] }))
  // As written in docs/architecture.md: by id, whatever the order in which they happened.
  const lines = [
    '100 2 trade USD -500 0 3 2 200 1 0 - 9 1764000000000',
    '200 2 deposit USD 1 0 - - 3 - - - - 1764000000000',
  ]
  const sha256 = (...parts: (string | Buffer)[]) => {
    const made = createHash('sha256')
    for (const part of parts) made.update(part)
    return made.digest()
  }
  const digest = sha256(lines.map((line) => `${line}\n`).join(''))
  expect(await hash()).toBe(sha256(Buffer.from(first ?? '', 'hex'), digest).toString('hex'))
  // A batch without entries has its link too.
  const second = Buffer.from((await hash()) ?? '', 'hex')
  await journal.commit(batchOf({ batch: 3 }))
  expect(await hash()).toBe(sha256(second, sha256('')).toString('hex'))
  expect(await refusal(batchOf({ batch: 5 }))).toBe('journal_batch_no_gap')
  expect(first).toMatch(/^[0-9a-f]{64}$/)
})

test('an account’s ledger has the lines of both its sides, each seen from its own', async () => {
  const next = await open()
  const bob = accountOf(BOB)
  const deposit = depositOf(next, BOB, 900)
  const sides = { balanceAfter: 99_500, counterBalanceAfter: 1_400, orderNumber: 3, fillNumber: 2 }
  const counterSide = { counterOrderNumber: 8, counterFillNumber: 9 }
  const paid = entryOf(next, 'trade', [ALICE, BOB, CASH, -500], { ...sides, ...counterSide })
  const back = entryOf(next, 'trade', [BOB, ALICE, CASH, -100])
  const fee = entryOf(next, 'fee', [BOB, FEES, CASH, -1])
  await journal.commit(batchOf({ batch: 2, accounts: [bob], entries: [deposit, paid, back, fee] }))
  const history = new History(database.queries)
  const ofBob = await history.entries(BOB, { limit: 9 })
  expect(ofBob.map(({ number, counter, amount }) => [number, counter, amount])).toEqual([
    [4, FEES, -1],
    [3, ALICE, -100],
    [2, ALICE, 500],
    [1, OUTSIDE, 900],
  ])
  expect(ofBob[2]).toEqual({
    ...{ account: BOB, number: 2, counter: ALICE, counterNumber: 2, kind: 'trade', asset: CASH, amount: 500 },
    ...{ balanceAfter: 1_400, counterBalanceAfter: 99_500, orderNumber: 8, fillNumber: 9 },
    ...{ counterOrderNumber: 3, counterFillNumber: 2, timeMs: paid.timeMs },
  })
  expect(ofBob[0]).toEqual({ ...fee, counterNumber: 0 })
  const pages = [await history.entries(BOB, { limit: 2 }), await history.entries(BOB, { limit: 9, before: 3 })]
  expect(pages).toEqual([ofBob.slice(0, 2), ofBob.slice(2)])
  expect((await history.entries(ALICE, { limit: 9 })).map(({ amount }) => amount)).toEqual([100, -500, 100_000])
})

test('a batch is read before commit returns: its objects may change at once', async () => {
  const order = orderOf(ALICE, 1)
  const committed = journal.commit(batchOf({ batch: 1, orders: [order] }))
  order.filledLots = 7
  await committed
  expect((await readState(database.queries)).openOrders[0]?.filledLots).toBe(0)
})

test('history: pages, one order with its fills, the first answer', async () => {
  const history = new History(database.queries)
  const flow = new TakerFlow()
  await journal.commit(flow.opening(1, [ALICE, BOB]))
  for (let batch = 2; batch <= 6; batch++) await journal.commit(flow.batch(batch, [ALICE, BOB, ALICE]))

  const first = await history.orders(ALICE, { limit: 4 })
  expect(first.map((order) => order.number)).toEqual([10, 9, 8, 7])
  const second = await history.orders(ALICE, { limit: 100, before: 7 })
  expect(second.map((order) => order.number)).toEqual([6, 5, 4, 3, 2, 1])
  expect(await history.orders(ALICE, { limit: 9, status: 'open' })).toEqual([])
  expect(await history.orders(ALICE, { limit: 99, status: 'closed', symbol: 'SYM3' })).toHaveLength(1)
  expect(await history.orders(ALICE, { limit: 99, fromMs: 1764000000100 })).toEqual([])
  expect((await history.fills(BOB, { limit: 2 })).map((fill) => [fill.account, fill.number])).toEqual([
    [BOB, 5],
    [BOB, 4],
  ])
  expect(await history.entries(ALICE, { limit: 99, asset: CASH })).toHaveLength(21)
  expect(await history.fills(BOB, { limit: 9, symbol: 'SYM3' })).toHaveLength(1)
  expect(await history.fills(BOB, { limit: 9, symbol: 'NEVER' })).toEqual([])
  expect(await history.entries(ALICE, { limit: 9, asset: 'NEVER' })).toEqual([])
  expect((await history.entries(ALICE, { limit: 1 }))[0]).toMatchObject({
    number: 31,
    counter: FEES,
    kind: 'fee',
    fillNumber: 10,
  })

  const found = await history.orderByClientId(ALICE, `web-${ALICE}-4`)
  expect(found?.order.number).toBe(4)
  expect(found?.fills.map((fill) => fill.lots)).toEqual([found?.order.filledLots])
  expect(await history.order(ALICE, 4)).toEqual(found)
  expect(await history.order(ALICE, 999)).toBeUndefined()

  const stored = await history.commandResult(ALICE, `o:web-${ALICE}-4`)
  const known = resultOf(ALICE, `o:web-${ALICE}-4`)
  expect(stored?.payloadHash.equals(known.payloadHash)).toBe(true)
  expect(stored?.result).toMatchObject({ ok: true, data: { number: 4 } })
  expect(await history.commandResult(BOB, `o:web-${ALICE}-4`)).toBeUndefined()
  expect(await history.knownCommands(ALICE)).toHaveLength(10)

  expect(await history.ownerOf(ALICE)).toBe(`user-${ALICE}`)
  expect(await history.moveAccounts({ fromUserId: `user-${ALICE}`, toUserId: 'lasting' })).toEqual([ALICE])
  expect((await history.accountsOf('lasting')).map((one) => one.account)).toEqual([ALICE])
  expect(await history.accountsOf(`user-${ALICE}`)).toEqual([])
})

test('a stretch of time is found in each list, whichever its ends', async () => {
  const LATER_MS = 1_765_000_000_000
  const next = await open()
  const timeOf = (number: number) => LATER_MS + 10 * Math.floor(number / 3) // some share a time
  const numbers = Array.from({ length: 20 }, (_, i) => i + 1)
  const orders = numbers.map((number) => orderOf(ALICE, number, { createdAtMs: timeOf(number) }))
  const fills = numbers.map((number): Fill => ({ ...fillOf(ALICE, number), timeMs: timeOf(number) }))
  // Alice is now this side of the line, now the other.
  const entries = numbers.map((number) => {
    const timeMs = timeOf(number)
    return entryOf(next, 'trade', number % 2 === 0 ? [ALICE, BOB, CASH, 1] : [BOB, ALICE, CASH, 1], { timeMs })
  })
  const own = entries.map((entry) => (entry.account === ALICE ? entry.number : entry.counterNumber))
  const counters = { orderNumber: 20, fillNumber: 20, entryNumber: Math.max(...own) }
  const accounts = [accountOf(BOB, { mode: 'margin' }), accountOf(ALICE, counters)]
  await journal.commit(batchOf({ batch: 2, accounts, orders, fills, entries }))
  const history = new History(database.queries)
  const all = await history.entries(ALICE, { limit: 99 })
  // prettier-ignore
  for (const [from, to] of [[10, 30], [0, 1], [11, 19], [60, 9_999], [9_999, 10_000], [20, 20]] as const) {
    const [fromMs, toMs] = [LATER_MS + from, LATER_MS + to]
    const isWithin = (timeMs: number) => timeMs >= fromMs && timeMs < toMs
    const within = numbers.filter((number) => isWithin(timeOf(number))).reverse()
    const stretch = { fromMs, toMs, limit: 99 }
    expect((await history.orders(ALICE, stretch)).map(({ number }) => number)).toEqual(within)
    expect((await history.fills(ALICE, stretch)).map(({ number }) => number)).toEqual(within)
    expect(await history.entries(ALICE, stretch)).toEqual(all.filter(({ timeMs }) => isWithin(timeMs)))
  }
  expect((await history.orders(ALICE, { toMs: LATER_MS + 40, limit: 2 })).map(({ number }) => number)).toEqual([11, 10])
  expect(await history.orders(ALICE, { fromMs: LATER_MS + 40, before: 12, limit: 9 })).toEqual([])
  for (const list of ['orders', 'fills'] as const) {
    expect(await history.stretchOf(list, ALICE, { limit: 9 })).toEqual({ first: 1, before: 21 })
    expect(await history.stretchOf(list, ALICE, { fromMs: LATER_MS + 40, before: 15, limit: 9 })).toEqual({ first: 12, before: 15 }) // prettier-ignore
    expect(await history.stretchOf(list, ALICE, { toMs: LATER_MS + 40, limit: 9 })).toEqual({ first: 1, before: 12 })
  }
  expect((await history.orders(ALICE, { downTo: 18, limit: 9 })).map(({ number }) => number)).toEqual([20, 19, 18])
  expect((await history.fills(ALICE, { downTo: 18, limit: 9 })).map(({ number }) => number)).toEqual([20, 19, 18])
  expect(await history.entries(ALICE, { downTo: 10, limit: 99 })).toEqual(all.filter(({ number }) => number >= 10))
  const stretch = await history.stretchOf('entries', ALICE, { fromMs: LATER_MS, limit: 9 })
  const numbersOf = all.filter(({ timeMs }) => timeMs >= LATER_MS).map(({ number }) => number)
  expect(stretch.first).toBeLessThanOrEqual(Math.min(...numbersOf))
  expect(stretch.before).toBe(Math.max(...numbersOf) + 1)
})

test('after a day the ids of requests are forgotten, those of orders never', async () => {
  await journal.commit(batchOf({ batch: 1, timeMs: 1_000, results: [resultOf(ALICE, 'r:1'), resultOf(ALICE, 'o:1')] }))
  await journal.commit(batchOf({ batch: 2, timeMs: 2_000, results: [resultOf(ALICE, 'r:2')] }))
  const history = new History(database.queries)
  await history.forgetRequests(2_000)
  expect(await history.commandResult(ALICE, 'r:1')).toBeUndefined()
  expect(await history.commandResult(ALICE, 'o:1')).toBeDefined()
  expect(await history.commandResult(ALICE, 'r:2')).toBeDefined()
})

test('an answer holds what no jsonb would', async () => {
  const result = { note: 'nul \u0000 and half a pair \ud800', n: 1.0000000000000002 }
  await journal.commit(batchOf({ batch: 1, results: [resultOf(ALICE, 'r:odd', result)] }))
  expect((await new History(database.queries).commandResult(ALICE, 'r:odd'))?.result).toEqual(result)
})

describe('in doubt', () => {
  test('a backend ended in the middle of a commit: in doubt, and not written', async () => {
    const committing = blockedCommit()
    await committing.blocked
    await database.queries.any(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'valiant-commit-0' AND datname = current_database()",
    )
    await expect(committing.done).rejects.toBeInstanceOf(InDoubt)
    await committing.unblock()
    expect((await readLastBatch(database.queries)).batch).toBe(0)
    await journal.commit(batchOf({ batch: 1 })) // by a new connection
  })

  test('no answer in time: in doubt within 2.5 s, the connection cut', async () => {
    // The role's own limits would end it sooner.
    await journal.commit(batchOf({ batch: 1 }))
    const { client } = await database.commits.session()
    await client.query('SET transaction_timeout = 0; SET lock_timeout = 0')
    const began = performance.now()
    const committing = blockedCommit(2)
    await expect(committing.done).rejects.toBeInstanceOf(InDoubt)
    expect(performance.now() - began).toBeLessThan(2_500)
    await committing.unblock()
    await until(async () => (await readLastBatch(database.queries)).batch >= 1)
  })

  test('the role ends a commit that is held up: the fence does not stay closed', async () => {
    const committing = blockedCommit()
    const began = performance.now()
    await expect(committing.done).rejects.toBeInstanceOf(InDoubt)
    expect(performance.now() - began).toBeLessThan(1_900)
    await committing.unblock()
  })

  test('an answer lost on the way: in doubt, and written', async () => {
    const proxy = await answerCutter(fresh.url)
    const connection = new Connection({ url: proxy.url, applicationName: 'cut', logger })
    const cut = new Journal(connection)
    await cut.commit(batchOf({ batch: 1 }))
    proxy.cutNextAnswer()
    await expect(cut.commit(batchOf({ batch: 2 }))).rejects.toBeInstanceOf(InDoubt)
    await until(async () => (await readLastBatch(database.queries)).batch === 2)
    await cut.commit(batchOf({ batch: 3 }))
    await connection[Symbol.asyncDispose]()
    proxy.close()
  })

  test('Postgres cannot be reached: in doubt', async () => {
    const connection = new Connection({ url: withDatabase(fresh.url, 'nowhere'), applicationName: 'x', logger })
    await expect(new Journal(connection).commit(batchOf({ batch: 1 }))).rejects.toBeInstanceOf(InDoubt)
  })

  /** A commit that waits for a lock on its order's row. */
  function blockedCommit(batch = 1) {
    const unblocked = Promise.withResolvers<undefined>()
    const ready = Promise.withResolvers<undefined>()
    const holder = database.queries.tx(async (t) => {
      await t.none('SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0')
      await t.none('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
      ready.resolve(undefined)
      await unblocked.promise
    })
    const done = ready.promise.then(() => journal.commit(batchOf({ batch, orders: [orderOf(ALICE, 1)] })))
    done.catch(() => undefined) // looked at later
    const blocked = until(async () => {
      const waiting = await database.queries.one<{ n: bigint }>(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'valiant-commit%' AND datname = current_database()",
      )
      return waiting.n > 0n
    })
    const unblock = async () => {
      unblocked.resolve(undefined)
      await holder
    }
    return { done, blocked, unblock }
  }
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it did not come to hold')
}

/** A proxy that can swallow the next answer and cut the connection. */
async function answerCutter(url: string) {
  const target = new URL(url)
  let cutting = false
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', (data) => upstream.write(data))
    upstream.on('data', (data) => {
      if (!cutting) return client.write(data)
      cutting = false
      client.destroy()
      return upstream.destroy()
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxied = new URL(url)
  proxied.port = String((server.address() as AddressInfo).port)
  return {
    url: proxied.href,
    cutNextAnswer: () => (cutting = true),
    close: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
