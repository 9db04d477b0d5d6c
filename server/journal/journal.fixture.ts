import { afterEach, beforeEach, expect } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { openDatabase, type Database } from '../database/database.ts'
import type { Fill } from '../engine/event.ts'
import { accountOf, batchOf, counters, depositOf } from './batch.fixture.ts'
import { type Batch, Journal, Refused } from './journal.ts'

export const ALICE = 100
export const BOB = 200
export const logger = { warn: () => undefined }

/** What a test works on, created for each test. */
interface JournalAtWork {
  fresh: FreshDatabase
  database: Database
  journal: Journal
}

/** Gives each test of the file its own migrated database and journal. */
export function journalForEach(): JournalAtWork {
  const at = {} as JournalAtWork // filled before the first test reads it
  beforeEach(async () => {
    at.fresh = await freshDatabase()
    at.database = await openDatabase({ url: at.fresh.url, logger })
    at.journal = new Journal(at.database.commits)
  })
  afterEach(async () => {
    await at.database[Symbol.asyncDispose]()
    await at.fresh[Symbol.asyncDispose]()
  })
  return at
}

/** A fill of the account's first order. */
export const fillOf = (account: number, number: number, clientOrderId = 'order-1'): Fill => ({
  ...{ account, number, orderNumber: 1, clientOrderId, symbol: 'VLNT', side: 'buy', ticks: 100, lots: 1 },
  ...{ valueCents: 100, feeCents: 1, liquidity: 'maker', realizedCents: 0, tradeId: 1e9 + number, timeMs: 1 },
})

/** Opens the account ALICE with 1,000.00; the returned counter gives the numbers of further entries. */
export async function open(journal: Journal): Promise<ReturnType<typeof counters>> {
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

/** The constraint that a batch violates. */
export async function refusal(journal: Journal, batch: Batch): Promise<string | undefined> {
  const error: unknown = await journal.commit(batch).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(Refused)
  return (error as Refused).constraint
}
