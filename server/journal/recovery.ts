import pgPromise from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Account, DeadMan, Order, Position } from '../engine/state.ts'
import type { Split } from './corporate-actions.ts'
import { fromRow } from './rows.ts'

export interface LastBatch {
  readonly batch: number
  readonly epoch: number
  readonly streamPosition: string
  readonly timeMs: number
  /** Of the chain over the ledger, in hex; undefined before its first link. */
  readonly hash: string | undefined
}

/** All that the exchange goes on from, as of the last batch. */
export interface JournalState {
  readonly last: LastBatch
  /** The exchange's own among them. `heldCents` is the sum over open orders. */
  readonly accounts: Account[]
  /** `heldLots` is 0: what orders bind comes back with them. */
  readonly positions: Position[]
  /** Resting, waiting and held ones, by priority. */
  readonly openOrders: Order[]
  readonly deadMen: DeadMan[]
  /** The last day that interest was charged for, in days since 1970-01-01 UTC; undefined before the first. */
  readonly chargedDay: number | undefined
  /** Those applied, oldest first: what ticks and lots mean since. */
  readonly splits: Split[]
  /** undefined when none was ever written. */
  readonly simulator: unknown
}

/** The last batch committed. Read it after fencing yourself: before, one in doubt may still come (reliability A3). */
export async function readLastBatch(queries: Queries): Promise<LastBatch> {
  return fromRow(await queries.one(sql.journal.readLastBatch))
}

const { TransactionMode, isolationLevel } = pgPromise.txMode
const SNAPSHOT = new TransactionMode({ tiLevel: isolationLevel.repeatableRead, readOnly: true })

/** Reads the whole state, of one moment. */
export async function readState(queries: Queries): Promise<JournalState> {
  return queries.tx({ mode: SNAPSHOT }, async (t) => {
    await t.none('SET LOCAL transaction_timeout = 0')
    const last = fromRow<LastBatch>(await t.one(sql.journal.readLastBatch))
    const accounts = (await t.any(sql.journal.readAccounts)).map(fromRow<Account>)
    const positions = (await t.any(sql.journal.readPositions)).map(fromRow<Position>)
    const openOrders = (await t.any(sql.journal.readOpenOrders)).map(fromRow<Order>)
    const deadMen = (await t.any(sql.journal.readDeadMen)).map(fromRow<DeadMan>)
    const { chargedDay } = fromRow<Pick<JournalState, 'chargedDay'>>(await t.one(sql.journal.readCalendar))
    const splits = (await t.any(sql.journal.listSplits)).map(fromRow<Split>)
    const simulator = await t.oneOrNone<{ state: unknown }>(sql.journal.readSimulatorState)
    return { last, accounts, positions, openOrders, deadMen, chargedDay, splits, simulator: simulator?.state }
  })
}
