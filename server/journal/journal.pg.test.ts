import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FEES, HOUSE, OUTSIDE } from '../engine/command.ts'
import { CASH } from '../engine/event.ts'
import { accountOf, batchOf, counters, depositOf, entryOf, orderOf, positionOf, resultOf } from './batch.fixture.ts'
import { CorporateActions } from './corporate-actions.ts'
import { ALICE, BOB, journalForEach, open, refusal } from './journal.fixture.ts'
import { Fenced, Journal, Refused } from './journal.ts'
import { readLastBatch, readState } from './recovery.ts'

const at = journalForEach()

const balanceOf = async (account: number, asset: string) =>
  (
    await at.database.queries.oneOrNone<{ amount: bigint }>(
      'SELECT amount FROM balance WHERE account_id = $1 AND asset = $2',
      [account, asset],
    )
  )?.amount

describe('the database refuses', () => {
  test('an entry without an amount, between one account and itself, or without a user’s account first', async () => {
    const next = await open(at.journal)
    const refused = async (line: Parameters<typeof entryOf>[2]) =>
      refusal(at.journal, batchOf({ batch: 2, entries: [entryOf(next, 'trade', line)] }))
    expect(await refused([ALICE, HOUSE, CASH, 0])).toBe('ledger_entry_sound')
    expect(await refused([ALICE, ALICE, CASH, 5])).toBe('ledger_entry_sound')
    expect(await refused([HOUSE, ALICE, CASH, 5])).toBe('ledger_entry_sound')
    expect(await balanceOf(ALICE, CASH)).toBe(100_000n)
    expect((await readLastBatch(at.database.queries)).batch).toBe(1)
  })

  test('a repeated entry number, on either side', async () => {
    const next = await open(at.journal)
    await at.journal.commit(batchOf({ batch: 2, accounts: [accountOf(BOB)], entries: [depositOf(next, BOB, 500)] }))
    const again = { ...depositOf(next, ALICE, 1), number: 1 }
    expect(await refusal(at.journal, batchOf({ batch: 3, entries: [again] }))).toBe('ledger_entry_pkey')
    const toBob = entryOf(next, 'trade', [ALICE, BOB, CASH, -1])
    await at.journal.commit(batchOf({ batch: 3, entries: [toBob] }))
    const toBobAgain = { ...entryOf(next, 'trade', [ALICE, BOB, CASH, -1]), counterNumber: toBob.counterNumber }
    expect(await refusal(at.journal, batchOf({ batch: 4, entries: [toBobAgain] }))).toBe('ledger_entry_counter')
  })

  test('an overdrawn account, on either side', async () => {
    const next = await open(at.journal)
    await at.journal.commit(batchOf({ batch: 2, accounts: [accountOf(BOB)], entries: [depositOf(next, BOB, 500)] }))
    const overdrawn = async (line: Parameters<typeof entryOf>[2]) =>
      refusal(at.journal, batchOf({ batch: 3, entries: [entryOf(next, 'trade', line)] }))
    expect(await overdrawn([ALICE, FEES, CASH, -100_001])).toBe('balance_not_overdrawn')
    expect(await overdrawn([ALICE, BOB, CASH, 501])).toBe('balance_not_overdrawn')
    expect(await overdrawn([ALICE, HOUSE, 'VLNT', -1])).toBe('balance_not_overdrawn')
    expect([await balanceOf(ALICE, CASH), await balanceOf(BOB, CASH)]).toEqual([100_000n, 500n])
  })

  test('money of an account that does not exist', async () => {
    await open(at.journal)
    const entries = [depositOf(() => 1, BOB, 5)]
    const error: unknown = await at.journal.commit(batchOf({ batch: 2, entries })).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(Refused)
    expect((error as Refused).message).toMatch(/null value in column "account_id" of relation "balance"/)
  })

  test('a corporate action applied twice', async () => {
    await open(at.journal)
    const actions = new CorporateActions(at.database.queries)
    const id = await actions.schedule({ symbol: 'VLNT', atMs: 5, kind: 'dividend', centsPerLot: 3 })
    await at.journal.commit(batchOf({ batch: 2, corporateActions: [id] }))
    expect(await refusal(at.journal, batchOf({ batch: 3, corporateActions: [id] }))).toBe(
      'corporate_action_applied_once',
    )
  })

  test('a second use of a command id', async () => {
    await open(at.journal)
    await at.journal.commit(batchOf({ batch: 2, results: [resultOf(ALICE, 'r:1')] }))
    expect(await refusal(at.journal, batchOf({ batch: 3, results: [resultOf(ALICE, 'r:1', { other: 1 })] }))).toBe(
      'command_result_pkey',
    )
    await at.journal.commit(batchOf({ batch: 3, results: [resultOf(BOB, 'r:1')] }))
  })

  test('a second use of a client order id', async () => {
    await open(at.journal)
    await at.journal.commit(batchOf({ batch: 2, orders: [orderOf(ALICE, 1, { clientOrderId: 'a' })] }))
    expect(await refusal(at.journal, batchOf({ batch: 3, orders: [orderOf(ALICE, 2, { clientOrderId: 'a' })] }))).toBe(
      'orders_client_order_id_key',
    )
  })

  test('a batch after a gap, and a batch twice', async () => {
    await open(at.journal)
    expect(await refusal(at.journal, batchOf({ batch: 3 }))).toBe('journal_batch_no_gap')
    expect(await refusal(at.journal, batchOf({ batch: 1 }))).toBe('journal_batch_pkey')
  })

  test('a batch of an epoch without the lease', async () => {
    await at.database.queries.none('UPDATE lease SET epoch = 7')
    await expect(at.journal.commit(batchOf({ batch: 1, epoch: 6 }))).rejects.toBeInstanceOf(Fenced)
    await expect(at.journal.commit(batchOf({ batch: 1, epoch: 8 }))).rejects.toBeInstanceOf(Fenced)
    await at.journal.commit(batchOf({ batch: 1, epoch: 7 }))
  })

  test('deleting an account and changing the ledger', async () => {
    await open(at.journal)
    await expect(at.database.queries.none('DELETE FROM account WHERE account_id = 100')).rejects.toMatchObject({
      constraint: 'account_for_ever',
    })
    await expect(at.database.queries.none('UPDATE ledger_entry SET amount = 1')).rejects.toMatchObject({
      constraint: 'ledger_entry_for_ever',
    })
  })
})

test('what cannot be stored is refused before anything is sent', async () => {
  const refused = async (order: Parameters<typeof orderOf>[2], number = 1) =>
    expect(at.journal.commit(batchOf({ batch: 1, orders: [orderOf(ALICE, number, order)] }))).rejects.toBeInstanceOf(
      Refused,
    )
  await refused({ lots: 1.5 })
  await refused({}, 2 ** 32)
  await refused({ status: 'filled', closedAtMs: undefined })
  await refused({ status: 'held', closedAtMs: 5 })
  await at.journal.commit(batchOf({ batch: 1 }))
})

test('recovery reads users’ balances even when the exchange’s own exceed a safe integer', async () => {
  const next = counters()
  const rich = [ALICE, BOB].map((account) => accountOf(account, { entryNumber: 1, cashCents: 8e15 }))
  const entries = rich.map(({ account, cashCents }) => depositOf(next, account, cashCents))
  const opened = rich.map(({ account }) => ({ account, userId: `user-${account}` }))
  await at.journal.commit(batchOf({ batch: 1, accounts: rich, entries, opened }))
  const { accounts } = await readState(at.database.queries)
  expect(accounts.filter(({ account }) => account >= ALICE).sort((a, b) => a.account - b.account)).toEqual(rich)
  expect(accounts.find(({ account }) => account === OUTSIDE)).toMatchObject({ cashCents: 0 })
})

test('recovery reads what was committed', async () => {
  const next = await open(at.journal)
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
  await at.journal.commit(
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
  const state = await readState(at.database.queries)
  expect(state.last).toMatchObject({ batch: 2, epoch: 0, streamPosition: '1764000000000-7', timeMs: 1764000000002 })
  expect(state.openOrders).toEqual([...legs, waiting, sale, resting])
  expect(state.positions).toEqual([position])
  expect(state.deadMen).toEqual([deadMan])
  expect(state.chargedDay).toBe(20_418)
  expect(state.simulator).toEqual(simulator)
  expect(state.accounts.find((one) => one.account === ALICE)).toEqual(account)
  expect(state.accounts.map((one) => one.account).sort()).toEqual([ALICE, HOUSE, FEES, OUTSIDE].sort())

  // An order's new state replaces the old one; identifying columns stay.
  const canceled = { ...resting, status: 'canceled', reason: 'user', version: 2, closedAtMs: 6 } as const
  const armed = { ...waiting, highWaterTicks: 1_010, stopTicks: 1_000, version: 2 }
  const off = { ...deadMan, atMs: undefined }
  await at.journal.commit(batchOf({ batch: 3, orders: [canceled, armed], deadMen: [off] }))
  const after = await readState(at.database.queries)
  expect(after.openOrders).toEqual([...legs, armed, sale])
  expect(after.deadMen).toEqual([])
  expect(after.chargedDay).toBe(20_418)
})

test('new orders are inserted without a lookup; changed and possibly new ones are not inserted twice', async () => {
  await open(at.journal)
  const timeMs = 1_764_000_000_100
  await at.journal.commit(batchOf({ batch: 2, timeMs }))
  const created = (createdAtMs: number, number: number) => orderOf(ALICE, number, { createdAtMs })
  const changed = { ...created(timeMs - 1, 1), version: 2, limitTicks: 5 }
  await at.journal.commit(
    batchOf({
      batch: 3,
      timeMs: timeMs + 10,
      orders: [created(timeMs - 1, 1), created(timeMs, 2), created(timeMs + 1, 3)],
    }),
  )
  const orders = [changed, { ...created(timeMs, 2), version: 2 }, created(timeMs + 11, 4)]
  await at.journal.commit(batchOf({ batch: 4, timeMs: timeMs + 20, orders }))
  const versions = async () =>
    (await readState(at.database.queries)).openOrders.map(({ number, version }) => [number, version])
  expect(await versions()).toEqual([
    [1, 2],
    [2, 2],
    [3, 1],
    [4, 1],
  ])
  // Another process has led meanwhile and may have written newer orders than our last batch.
  await at.database.queries.none('UPDATE lease SET epoch = 2')
  const other = new Journal(at.database.lease)
  await other.commit(batchOf({ batch: 5, epoch: 2, timeMs: timeMs + 30, orders: [created(timeMs + 25, 5)] }))
  await at.database.queries.none('UPDATE lease SET epoch = 3')
  await at.journal.commit(
    batchOf({ batch: 6, epoch: 3, timeMs: timeMs + 40, orders: [{ ...created(timeMs + 25, 5), version: 2 }] }),
  )
  expect((await versions()).at(-1)).toEqual([5, 2])
})

test('the lower limit of a balance follows the mode of its account', async () => {
  const next = await open(at.journal)
  const account = accountOf(ALICE)
  const spend = (cents: number) => [entryOf(next, 'trade', [ALICE, HOUSE, CASH, -cents])]
  // In the batch that switches to margin, cash and lots may already be negative.
  const short = entryOf(next, 'trade', [ALICE, HOUSE, 'VLNT', -5])
  const position = positionOf(ALICE, { lots: -5, costCents: -500 })
  const margin = accountOf(ALICE, { mode: 'margin', marginState: 'warning' })
  const entries = [...spend(150_000), short]
  await at.journal.commit(batchOf({ batch: 2, accounts: [margin], positions: [position], entries }))
  expect(await balanceOf(ALICE, CASH)).toBe(-50_000n)
  const state = await readState(at.database.queries)
  expect(state.positions).toEqual([position])
  expect(state.accounts.find((one) => one.account === ALICE)).toMatchObject({ mode: 'margin', marginState: 'warning' })

  // Back to cash only without debt; the money that repays it may come in the same batch.
  expect(await refusal(at.journal, batchOf({ batch: 3, accounts: [account] }))).toBe('balance_not_overdrawn')
  const covered = [depositOf(next, ALICE, 60_000), entryOf(next, 'trade', [ALICE, HOUSE, 'VLNT', 5])]
  await at.journal.commit(batchOf({ batch: 3, accounts: [account], entries: covered }))
  expect(await balanceOf(ALICE, CASH)).toBe(10_000n)
  expect(await refusal(at.journal, batchOf({ batch: 4, accounts: [account], entries: spend(10_001) }))).toBe(
    'balance_not_overdrawn',
  )
  await at.journal.commit(batchOf({ batch: 4, accounts: [account], entries: spend(10_000) }))
})

test('each batch is chained to the previous one by the hash of its entries', async () => {
  const next = await open(at.journal)
  const hash = async () => (await readLastBatch(at.database.queries)).hash
  const first = await hash()
  const bob = accountOf(BOB)
  const toBob = entryOf(next, 'trade', [ALICE, BOB, CASH, -500], {
    orderNumber: 3,
    fillNumber: 2,
    counterFillNumber: 9,
  })
  const deposit = depositOf(next, BOB, 1)
  await at.journal.commit(batchOf({ batch: 2, accounts: [bob], entries: [deposit, toBob] }))
  // As described in docs/architecture.md: ordered by id, not by time.
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
  // A batch without entries also extends the chain.
  const second = Buffer.from((await hash()) ?? '', 'hex')
  await at.journal.commit(batchOf({ batch: 3 }))
  expect(await hash()).toBe(sha256(second, sha256('')).toString('hex'))
  expect(await refusal(at.journal, batchOf({ batch: 5 }))).toBe('journal_batch_no_gap')
  expect(first).toMatch(/^[0-9a-f]{64}$/)
})

test('a batch is encoded before commit returns, so its objects may change at once', async () => {
  const order = orderOf(ALICE, 1)
  const committed = at.journal.commit(batchOf({ batch: 1, orders: [order] }))
  order.filledLots = 7
  await committed
  expect((await readState(at.database.queries)).openOrders[0]?.filledLots).toBe(0)
})
