import { createServer, connect, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, withDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { Connection } from '../database/connection.ts'
import { openDatabase, type Database } from '../database/database.ts'
import { CASH, type Fill } from '../engine/event.ts'
import {
  accountOf,
  batchOf,
  counters,
  depositOf,
  movementOf,
  orderOf,
  positionOf,
  resultOf,
  TakerFlow,
} from './batch.fixture.ts'
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

/** ALICE, with 1,000.00; her second entry is the next. */
async function open(): Promise<ReturnType<typeof counters>> {
  const next = counters()
  await journal.commit(
    batchOf({
      batch: 1,
      accounts: [accountOf(ALICE, { entryNumber: 1 })],
      entries: depositOf(next, ALICE, 100_000),
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
  const fillOf = (number: number): Fill => ({
    ...{ account: ALICE, number, orderNumber: 1, clientOrderId: 'a', symbol: 'VLNT', side: 'buy', ticks: 100, lots: 1 },
    ...{ valueCents: 100, feeCents: 1, liquidity: 'maker', realizedCents: 0, tradeId: 1e9 + number, timeMs: 1 },
  })
  const readAndCheck = async () => {
    for (const found of await Promise.all([history.order(ALICE, 1), history.orderByClientId(ALICE, 'a')])) {
      if (found === undefined) continue
      expect(found.fills).toEqual(Array.from({ length: found.order.filledLots }, (_, i) => fillOf(i + 1)))
    }
  }
  for (let filledLots = 1; filledLots <= lots; filledLots++) {
    const order = orderOf(ALICE, 1, { clientOrderId: 'a', lots, filledLots, version: filledLots })
    const batch = batchOf({ batch: 1 + filledLots, orders: [order], fills: [fillOf(filledLots)] })
    await Promise.all([journal.commit(batch), readAndCheck(), readAndCheck()])
  }
  expect((await history.order(ALICE, 1))?.fills).toHaveLength(lots)
})

describe('the database refuses', () => {
  test('a movement that does not balance', async () => {
    const next = await open()
    const entries = movementOf(next, 'trade', [
      [ALICE, CASH, -500],
      [BOB, CASH, 499],
    ])
    expect(await refusal(batchOf({ batch: 2, entries }))).toBe('ledger_entry_balanced')
    expect(await balanceOf(ALICE, CASH)).toBe(100_000n)
    expect((await readLastBatch(database.queries)).batch).toBe(1)
  })

  test('a movement that balances only over two assets', async () => {
    const next = await open()
    const entries = movementOf(next, 'trade', [
      [ALICE, CASH, -5],
      [ALICE, 'VLNT', 5],
    ])
    expect(await refusal(batchOf({ batch: 2, entries }))).toBe('ledger_entry_balanced')
  })

  test('two movements that balance only together', async () => {
    const next = await open()
    const entries = [...movementOf(next, 'fee', [[ALICE, CASH, -5]]), ...movementOf(next, 'fee', [[2, CASH, 5]])]
    expect(await refusal(batchOf({ batch: 2, entries }))).toBe('ledger_entry_balanced')
  })

  test('an overdrawn account', async () => {
    const next = await open()
    const entries = movementOf(next, 'fee', [
      [ALICE, CASH, -100_001],
      [2, CASH, 100_001],
    ])
    expect(await refusal(batchOf({ batch: 2, entries }))).toBe('balance_not_overdrawn')
    expect(await balanceOf(ALICE, CASH)).toBe(100_000n)
  })

  test('selling what the account does not have', async () => {
    const next = await open()
    const entries = movementOf(next, 'trade', [
      [ALICE, 'VLNT', -1],
      [1, 'VLNT', 1],
    ])
    expect(await refusal(batchOf({ batch: 2, entries }))).toBe('balance_not_overdrawn')
  })

  test('money of an account that does not exist', async () => {
    await open()
    const entries = depositOf((account) => (account === BOB ? 1 : 99), BOB, 5)
    expect(await refusal(batchOf({ batch: 2, entries }))).toBe('balance_account_fkey')
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
    expect(await refusal(batchOf({ batch: 3 }))).toBe('journal_batch_prev_fkey')
    expect(await refusal(batchOf({ batch: 1 }))).toBe('journal_batch_pkey')
  })

  test('a batch of an epoch that does not have the lease', async () => {
    await database.queries.none('UPDATE lease SET epoch = 7')
    await expect(journal.commit(batchOf({ batch: 1, epoch: 6 }))).rejects.toBeInstanceOf(Fenced)
    await expect(journal.commit(batchOf({ batch: 1, epoch: 8 }))).rejects.toBeInstanceOf(Fenced)
    await journal.commit(batchOf({ batch: 1, epoch: 7 }))
  })

  test('to delete an account that has money, and to change the ledger', async () => {
    await open()
    await expect(database.queries.none('DELETE FROM account WHERE account_id = 100')).rejects.toMatchObject({
      code: '23001',
    })
    await expect(database.queries.none('UPDATE ledger_entry SET amount = 1')).rejects.toMatchObject({
      constraint: 'ledger_entry_for_ever',
    })
  })
})

test('a number that is not whole is refused before anything is sent', async () => {
  const bad = batchOf({ batch: 1, orders: [orderOf(ALICE, 1, { lots: 1.5 })] })
  await expect(journal.commit(bad)).rejects.toBeInstanceOf(Refused)
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
  const filled = orderOf(ALICE, 1, { status: 'filled', filledLots: 10, heldCents: 0, closedAtMs: 5 })
  const rejected = orderOf(ALICE, 4, { status: 'rejected', rejectCode: 'PRICE_BAND', heldCents: 0, priority: 0 })
  const position = positionOf(ALICE, { lots: 10, costCents: 10_000, realizedCents: -3 })
  const simulator = { VLNT: { mid: 100.125, seed: [1, 2, 3] } }
  await journal.commit(
    batchOf({
      batch: 2,
      streamPosition: '1764000000000-7',
      orders: [filled, resting, sale, rejected],
      positions: [position],
      accounts: [account],
      entries: [
        ...movementOf(next, 'trade', [
          [ALICE, CASH, -10_000],
          [1, CASH, 10_000],
          [ALICE, 'VLNT', 10],
          [1, 'VLNT', -10],
        ]),
        ...movementOf(next, 'fee', [
          [ALICE, CASH, -10],
          [2, CASH, 10],
        ]),
      ],
      simulator,
    }),
  )
  const state = await readState(database.queries)
  expect(state.last).toEqual({ batch: 2, epoch: 0, streamPosition: '1764000000000-7', timeMs: 1764000000002 })
  expect(state.openOrders).toEqual([sale, resting])
  expect(state.positions).toEqual([{ ...position, heldLots: 1 }])
  expect(state.simulator).toEqual(simulator)
  expect(state.accounts.find((one) => one.account === ALICE)).toEqual(account)
  // The exchange's own accounts were not in the batch: they count on from their last entry.
  expect(state.accounts.filter((one) => one.account < 16).map((one) => [one.account, one.entryNumber])).toEqual([
    [1, 2],
    [2, 1],
    [3, 1],
  ])

  // An order's new state replaces the old one; what is identity stays.
  await journal.commit(batchOf({ batch: 3, orders: [{ ...resting, status: 'canceled', reason: 'user', version: 2 }] }))
  expect((await readState(database.queries)).openOrders).toEqual([sale])
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
  expect(await history.orders(ALICE, { limit: 99, fromMs: 1764000000001 })).toEqual([])
  expect((await history.fills(BOB, { limit: 2 })).map((fill) => [fill.account, fill.number])).toEqual([
    [BOB, 5],
    [BOB, 4],
  ])
  expect(await history.entries(ALICE, { limit: 99, asset: CASH })).toHaveLength(21)
  expect((await history.entries(ALICE, { limit: 1 }))[0]).toMatchObject({ number: 31, kind: 'fee', fillNumber: 10 })

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
