import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../test/rig/postgres.ts'
import { AuditedExchange } from '../audit/audit.fixture.ts'
import { anyActions, SYMBOLS, USERS } from '../engine/random-trading.fixture.ts'
import { accountOf, batchOf, orderOf } from './batch.fixture.ts'
import { FollowedState } from './follow.ts'
import { ALICE, BOB, journalForEach } from './journal.fixture.ts'
import { type JournalState, readState } from './recovery.ts'

const at = journalForEach()

function follower(batchesBehindMax?: number) {
  const logged: string[] = []
  const say = (_: object, message: string) => void logged.push(message)
  const { queries } = at.database
  const log = { info: say, error: say }
  return {
    logged,
    state: new FollowedState({ queries, log, ...(batchesBehindMax !== undefined && { batchesBehindMax }) }),
  }
}

/** Accounts and positions are read in no particular order. */
const sorted = ({ accounts, positions, ...state }: JournalState) => ({
  ...state,
  accounts: accounts.toSorted((a, b) => a.account - b.account),
  positions: positions.toSorted((a, b) => a.account - b.account || (a.symbol < b.symbol ? -1 : 1)),
})

/** The accounts that it knows anything of. */
const held = ({ accounts, positions, openOrders }: JournalState) =>
  [...accounts, ...positions, ...openOrders].map(({ account }) => account)

async function expectEqual(followed: FollowedState, queries = at.database.queries): Promise<void> {
  expect(sorted(await followed.read())).toEqual(sorted(await readState(queries)))
}

test('after any trading, the followed state equals a complete reading', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (seed, strides) => {
        await using fresh = await freshDatabase()
        await using exchange = await AuditedExchange.open(fresh.url)
        const logged: string[] = []
        const say = (_: object, message: string) => void logged.push(message)
        const followed = new FollowedState({ queries: exchange.database.queries, log: { info: say, error: say } })
        await followed.follow()
        const actions = fc.sample(anyActions, { seed, numRuns: 3 }).flat()
        for (let from = 0, turn = 0; from < actions.length; turn++) {
          const stride = strides[turn % strides.length] ?? 1
          for (const action of actions.slice(from, from + stride)) await exchange.play(action)
          from += stride
          await followed.follow()
          if (turn % 3 === 0) await expectEqual(followed, exchange.database.queries)
        }
        const [symbol = ''] = SYMBOLS
        await exchange.dividend(symbol, 12)
        await exchange.split(symbol, 3, 2)
        await exchange.apply({ kind: 'margin.charge', days: 1 }, { chargedDay: 20_000, simulator: { some: 'state' } })
        await expectEqual(followed, exchange.database.queries)
        const [account = 0] = USERS
        await exchange.apply({ kind: 'account.close', account })
        await expectEqual(followed, exchange.database.queries)
        expect(held(await followed.read())).not.toContain(account)
        expect(logged).toEqual([])
      },
    ),
    { numRuns: 4 },
  )
})

test('between two reads, closed orders are dropped, new ones added and unchanged ones kept', async () => {
  await at.journal.commit(
    batchOf({ batch: 1, accounts: [accountOf(ALICE), accountOf(BOB)], orders: [orderOf(ALICE, 1), orderOf(ALICE, 2), orderOf(BOB, 1)] }), // prettier-ignore
  )
  const { state } = follower()
  await state.follow()
  await at.journal.commit(
    batchOf({
      batch: 2,
      accounts: [accountOf(ALICE, { seq: 2 })],
      orders: [orderOf(ALICE, 1, { status: 'canceled', closedAtMs: 7, heldCents: 0, version: 2 }), orderOf(ALICE, 3)],
    }),
  )
  await state.follow()
  expect(state.batch).toBe(2)
  const { openOrders } = await state.read()
  expect(openOrders.map(({ account, number }) => [account, number])).toEqual([
    [BOB, 1],
    [ALICE, 2],
    [ALICE, 3],
  ])
  await expectEqual(state)
})

test('when far behind, it reads everything, once', async () => {
  const { state, logged } = follower(3)
  await state.follow()
  for (let batch = 1; batch <= 4; batch++) {
    await at.journal.commit(batchOf({ batch, accounts: [accountOf(ALICE, { seq: batch })] }))
  }
  await state.follow()
  expect(logged).toEqual(['journal: too far behind, reading everything again'])
  await expectEqual(state)
  expect(logged).toHaveLength(1)
})

test('a journal that went back and diverged is logged and read completely', async () => {
  for (const batch of [1, 2, 3]) await at.journal.commit(batchOf({ batch, orders: [], accounts: [accountOf(ALICE)] }))
  const { state, logged } = follower()
  await state.follow()
  const goBack = (to: number) =>
    at.database.queries.tx(async (t) => {
      await t.none('ALTER TABLE journal_batch DISABLE TRIGGER journal_batch_for_ever')
      await t.none('DELETE FROM journal_batch WHERE batch > $1', [to])
      await t.none('ALTER TABLE journal_batch ENABLE TRIGGER journal_batch_for_ever')
    })
  await goBack(2)
  await state.follow()
  expect(state.batch).toBe(2)
  // The same numbers, but different batches.
  await goBack(1)
  await at.database.queries.none('UPDATE lease SET epoch = 4')
  for (const batch of [2, 3]) {
    await at.journal.commit(batchOf({ batch, epoch: 4, accounts: [accountOf(ALICE, { seq: batch })] }))
  }
  await state.follow()
  expect(logged).toEqual(
    Array(2).fill('journal: the database lost batches that had been read; reading everything again'),
  )
  await expectEqual(state)
})

test('a change that the follower missed is detected before it is used to lead', async () => {
  await at.journal.commit(batchOf({ batch: 1, accounts: [accountOf(ALICE)] }))
  const { state, logged } = follower()
  await state.follow()
  await at.database.queries.none('UPDATE account SET seq = seq + 1 WHERE account_id = $1', [ALICE])
  await expectEqual(state)
  expect(logged).toEqual(['journal: a change was missed'])
})

test('a failed read leaves the held state unchanged', async () => {
  await at.journal.commit(batchOf({ batch: 1, accounts: [accountOf(ALICE)], orders: [orderOf(ALICE, 1)] }))
  const { state } = follower()
  await state.follow()
  await at.journal.commit(batchOf({ batch: 2, accounts: [accountOf(ALICE, { seq: 2 })], orders: [orderOf(ALICE, 2)] }))
  await at.database.queries.none('ALTER TABLE position RENAME TO elsewhere')
  await expect(state.follow()).rejects.toThrow('position')
  expect(state.batch).toBe(1)
  await at.database.queries.none('ALTER TABLE elsewhere RENAME TO position')
  await state.follow()
  await expectEqual(state)
})
