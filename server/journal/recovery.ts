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
  /** The last hash of the ledger's chain, in hex; undefined before the first. */
  readonly hash: string | undefined
}

/** Everything that a new leader needs, as of the last batch. */
export interface JournalState extends SmallState {
  readonly last: LastBatch
  /** Including the exchange's own accounts, but without their cash. `heldCents` is the sum over open orders. */
  readonly accounts: Account[]
  /** `heldLots` is 0; it is restored together with the open orders. */
  readonly positions: Position[]
  /** Resting, untriggered and held orders, by priority. */
  readonly openOrders: Order[]
}

/** The parts that are small enough to be read completely each time. */
export interface SmallState {
  readonly deadMen: DeadMan[]
  readonly cancelOnDisconnects: CancelOnDisconnect[]
  /** The last day charged with interest, in days since 1970-01-01 UTC; undefined before the first. */
  readonly chargedDay: number | undefined
  /** Applied splits, oldest first: they define the current meaning of ticks and lots. */
  readonly splits: Split[]
  /** Undefined if none was ever written. */
  readonly simulator: unknown
}

/** The last committed batch. Read it after fencing yourself: before that, a batch in doubt may still be committed. */
export async function readLastBatch(queries: Queries | Snapshot): Promise<LastBatch> {
  return fromRow(await queries.one(sql.journal.readLastBatch))
}

/** Queries that all see the same moment. */
export type Snapshot = ITask<unknown>
const { TransactionMode, isolationLevel } = pgPromise.txMode
/** Processing the rows of a large statement may take longer than the idle limit that applies to commits. */
const PATIENCE = "SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '20s'"
const SNAPSHOT = new TransactionMode({ tiLevel: isolationLevel.repeatableRead, readOnly: true })

/** Runs several statements in one round trip and returns the rows of each. */
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

/** Reads the whole state from one snapshot. */
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
