import pgPromise from 'pg-promise'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { Account, Order, Position } from '../engine/state.ts'
import { fromRow } from './rows.ts'

export interface LastBatch {
  readonly batch: number
  readonly epoch: number
  readonly streamPosition: string
  readonly timeMs: number
}

/** All that the exchange goes on from, as of the last batch. */
export interface JournalState {
  readonly last: LastBatch
  /** The exchange's own among them. `heldCents` is the sum over open orders. */
  readonly accounts: Account[]
  /** `heldLots` is what the open sales bind. */
  readonly positions: Position[]
  /** Those in the books, by priority. */
  readonly openOrders: Order[]
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
    const simulator = await t.oneOrNone<{ state: unknown }>(sql.journal.readSimulatorState)
    bindSales(positions, openOrders)
    return { last, accounts, positions, openOrders, simulator: simulator?.state }
  })
}

function bindSales(positions: readonly Position[], orders: readonly Readonly<Order>[]): void {
  const byKey = new Map(positions.map((position) => [`${position.account} ${position.symbol}`, position]))
  for (const order of orders) {
    const position = order.side === 'sell' ? byKey.get(`${order.account} ${order.symbol}`) : undefined
    if (position !== undefined) position.heldLots += order.lots - order.filledLots
  }
}
