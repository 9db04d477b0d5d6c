import pgPromise, { type ITask } from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql, type Statement } from '../database/sql.ts'
import type { Account, DeadMan, Order, Position } from '../engine/state.ts'
import type { CancelOnDisconnect } from './cancel-on-disconnect.ts'
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
export interface JournalState extends SmallState {
  readonly last: LastBatch
  /** The exchange's own among them, without their cash. `heldCents` is the sum over open orders. */
  readonly accounts: Account[]
  /** `heldLots` is 0: what orders bind comes back with them. */
  readonly positions: Position[]
  /** Resting, waiting and held ones, by priority. */
  readonly openOrders: Order[]
}

/** What is little enough to be read whole whenever it is needed. */
export interface SmallState {
  readonly deadMen: DeadMan[]
  readonly cancelOnDisconnects: CancelOnDisconnect[]
  /** The last day that interest was charged for, in days since 1970-01-01 UTC; undefined before the first. */
  readonly chargedDay: number | undefined
  /** Those applied, oldest first: what ticks and lots mean since. */
  readonly splits: Split[]
  /** undefined when none was ever written. */
  readonly simulator: unknown
}

/** The last batch committed. Read it after fencing yourself: before, one in doubt may still come. */
export async function readLastBatch(queries: Queries | Snapshot): Promise<LastBatch> {
  return fromRow(await queries.one(sql.journal.readLastBatch))
}

/** Readings of one moment. */
export type Snapshot = ITask<unknown>
const { TransactionMode, isolationLevel } = pgPromise.txMode
/** Between two statements the rows of a large one are taken in, which may last longer than a commit ever may stand idle. */
const PATIENCE = "SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '20s'"
const SNAPSHOT = new TransactionMode({ tiLevel: isolationLevel.repeatableRead, readOnly: true })

/** Several statements in one round trip; the rows of each. */
export async function readTogether(
  t: Snapshot,
  statements: readonly Statement[],
  values: Readonly<Record<string, unknown>> = {},
): Promise<unknown[][]> {
  return t.multi<unknown>(statements.map((one) => pgPromise.as.format(one, values)).join(';\n'))
}

export async function inSnapshot<Value>(queries: Queries, read: (t: Snapshot) => Promise<Value>): Promise<Value> {
  return queries.tx({ mode: SNAPSHOT }, async (t) => {
    await t.none(PATIENCE)
    return read(t)
  })
}

/** Reads the whole state, of one moment. */
export async function readState(queries: Queries): Promise<JournalState> {
  return inSnapshot(queries, async (t) => {
    const last = await readLastBatch(t)
    const accounts = (await t.any(sql.journal.readAccounts)).map(fromRow<Account>)
    const positions = (await t.any(sql.journal.readPositions)).map(fromRow<Position>)
    const openOrders = (await t.any(sql.journal.readOpenOrders)).map(fromRow<Order>)
    return { last, accounts, positions, openOrders, ...(await readSmallState(t)) }
  })
}

export async function readSmallState(t: Snapshot): Promise<SmallState> {
  const { readDeadMen, listCancelOnDisconnect, readCalendar, listSplits, readSimulatorState } = sql.journal
  const [deadMen = [], cancelOnDisconnects = [], [calendar] = [], splits = [], [simulator] = []] = await readTogether(
    t,
    [...[readDeadMen, listCancelOnDisconnect, readCalendar, listSplits, readSimulatorState]],
  )
  return {
    deadMen: deadMen.map(fromRow<DeadMan>),
    cancelOnDisconnects: cancelOnDisconnects.map(fromRow<CancelOnDisconnect>),
    chargedDay: fromRow<Pick<SmallState, 'chargedDay'>>(calendar).chargedDay,
    splits: splits.map(fromRow<Split>),
    simulator: (simulator as { state: unknown } | undefined)?.state,
  }
}
