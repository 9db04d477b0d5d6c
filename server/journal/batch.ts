import { type AccountNumber, FIRST_USER_ACCOUNT } from '../engine/command.ts'
import type { Entry, Fill } from '../engine/event.ts'
import type { Account, DeadMan, Order, OrderStatus, Position } from '../engine/state.ts'
import { integers } from './array-literal.ts'
import { commandHash } from './command-hash.ts'
import { entriesDigest } from './entries-digest.ts'
import { RowWriter } from './row-writer.ts'

/** What one commit writes, entirely or not at all. */
export interface Batch {
  readonly epoch: number
  /** One more than the previous batch. */
  readonly batch: number
  /** Where a successor continues to read the stream of commands. */
  readonly streamPosition: string
  /** Market time. */
  readonly timeMs: number
  readonly results: readonly CommandResult[]
  /** The complete new state of each changed order, each once. */
  readonly orders: readonly Readonly<Order>[]
  readonly fills: readonly Fill[]
  readonly entries: readonly Entry[]
  readonly positions: readonly Readonly<Position>[]
  /** The complete new state of each changed account; the exchange's own accounts are skipped. */
  readonly accounts: readonly Readonly<Account>[]
  /** Owners of the accounts opened in this batch, which are also in `accounts`. */
  readonly opened: readonly AccountOwner[]
  /** Dead man's switches that were set or fired; the last per account counts. */
  readonly deadMen: readonly DeadMan[]
  /** Ids of the corporate actions applied; the database refuses an action that was applied before. */
  readonly corporateActions?: readonly number[]
  /** Set when interest was charged: the last day charged, in days since 1970-01-01 UTC. */
  readonly chargedDay?: number
  /** The simulator's state as JSON, about once a second. */
  readonly simulator?: unknown
}

/** The recorded answer to a user's command. */
export interface CommandResult {
  readonly account: AccountNumber
  /** 'o:' and a clientOrderId, or 'r:' and a requestId. */
  readonly commandId: string
  readonly payloadHash: Buffer
  /** Stored as JSON and returned parsed. */
  readonly result: unknown
}

export interface AccountOwner {
  readonly account: AccountNumber
  readonly userId: string
}

/** The row types whose arrays commit_batch_3 takes. */
export type RowType =
  'result' | 'order' | 'fill' | 'entry' | 'noted_entry' | 'position' | 'account' | 'owner' | 'dead_man'

/** A parameter; arrays of rows still lack the oid that the database has for their type. */
export type Parameter = string | Buffer | null | { readonly type: RowType; readonly rows: Buffer }

/** Shared: encoding one batch is synchronous. */
const writer = new RowWriter()

/**
 * The parameters of commit_batch_3, in order. Reads the whole batch before it returns, because orders, positions and
 * accounts are the engine's live objects.
 * @param knownToMs market time of the previous batch; orders created later are certainly new, so they are inserted
 * without a lookup
 * @throws {RangeError} for a number that is not a safe integer
 */
export function encodeBatch(batch: Batch, knownToMs = Infinity): Parameter[] {
  const noted = batch.entries.filter(({ note }) => note !== undefined)
  const isNew = (order: Readonly<Order>) => order.createdAtMs > knownToMs
  return [
    String(batch.epoch),
    String(batch.batch),
    batch.streamPosition,
    String(batch.timeMs),
    entriesDigest(batch.entries),
    rowsOf('result', batch.results, 5, writeResult),
    rowsOf('order', batch.orders.filter(isNew), 35, writeOrder),
    rowsOf(
      'order',
      knownToMs === Infinity ? batch.orders : batch.orders.filter((order) => !isNew(order)),
      35,
      writeOrder,
    ),
    rowsOf('fill', batch.fills, 12, writeFill),
    rowsOf('entry', noted.length === 0 ? batch.entries : batch.entries.filter(isWithoutNote), 13, writeEntry),
    rowsOf('noted_entry', noted, 14, writeNotedEntry),
    rowsOf('position', batch.positions, 5, writePosition),
    rowsOf('account', batch.accounts.filter(isUsers), 12, writeAccount),
    rowsOf('owner', batch.opened, 2, writeOwner),
    rowsOf('dead_man', lastOfAccount(batch.deadMen), 4, writeDeadMan),
    batch.corporateActions === undefined ? null : integers(batch.corporateActions, (id) => id),
    batch.chargedDay === undefined ? null : String(batch.chargedDay),
    batch.simulator === undefined ? null : JSON.stringify(batch.simulator),
  ]
}

const isWithoutNote = ({ note }: Entry): boolean => note === undefined

/** Of the exchange's own accounts only the balances ever change. */
const isUsers = ({ account }: Readonly<Account>): boolean => account >= FIRST_USER_ACCOUNT

function rowsOf<Row>(type: RowType, rows: readonly Row[], columns: number, write: (row: Row) => void): Parameter {
  const array = writer.rows(rows, columns, write)
  return array && { type, rows: array }
}

const lastOfAccount = (switches: readonly DeadMan[]): readonly DeadMan[] =>
  switches.length < 2 ? switches : [...new Map(switches.map((one) => [one.account, one])).values()]

// The functions below write the columns of batch_result, batch_order and so on, in order (db/migrations/0007 and 0024).

function writeResult(row: CommandResult): void {
  writer.int4(row.account)
  writer.text(row.commandId)
  writer.int8(commandHash(row.commandId))
  writer.binary(row.payloadHash)
  writer.text(JSON.stringify(row.result))
}

const OPEN: ReadonlySet<OrderStatus> = new Set(['held', 'untriggered', 'open', 'partially_filled'])

function writeOrder(order: Readonly<Order>): void {
  // The database treats an order without a closing time as open.
  if (OPEN.has(order.status) !== (order.closedAtMs === undefined)) {
    throw new RangeError(`journal: expected a closing time for closed orders only, found status ${order.status}`)
  }
  writer.id(order.account, order.number)
  writer.text(order.clientOrderId)
  writer.text(order.symbol)
  writer.text(order.side)
  writer.text(order.type)
  writer.text(order.timeInForce)
  writer.boolean(order.postOnly)
  writer.text(order.selfTrade)
  writer.text(order.source)
  writer.text(order.tag)
  writer.boolean(order.reduceOnly)
  writer.text(order.role)
  writer.int8(order.parentNumber)
  writer.int8(order.groupNumber)
  writer.int8(order.expireAtMs)
  writer.int8(order.arrivalMidHalfTicks)
  writer.int8(order.createdAtMs)
  writer.int8(order.lots)
  writer.int8(order.limitTicks)
  writer.int8(order.stopTicks)
  writer.int8(order.trailTicks)
  writer.int8(order.trailBps)
  writer.int8(order.highWaterTicks)
  writer.int8(order.filledLots)
  writer.int8(order.filledTickLots)
  writer.int8(order.feeCentBps)
  writer.int8(order.feesPaidCents)
  writer.int8(order.heldCents)
  writer.text(order.status)
  writer.text(order.reason)
  writer.text(order.rejectCode)
  writer.int8(order.priority)
  writer.int4(order.version)
  writer.int8(order.updatedAtMs)
  writer.int8(order.closedAtMs)
}

function writeFill(fill: Fill): void {
  writer.id(fill.account, fill.number)
  writer.id(fill.account, fill.orderNumber)
  writer.text(fill.symbol)
  writer.text(fill.side)
  writer.int8(fill.ticks)
  writer.int8(fill.lots)
  writer.int8(fill.valueCents)
  writer.int8(fill.feeCents)
  writer.text(fill.liquidity)
  writer.int8(fill.realizedCents)
  writer.int8(fill.tradeId)
  writer.int8(fill.timeMs)
}

function writeEntry(entry: Entry): void {
  writer.id(entry.account, entry.number)
  writer.int4(entry.counter)
  // The exchange's own accounts do not number their entries.
  writer.int8(entry.counter < FIRST_USER_ACCOUNT ? undefined : entry.counterNumber)
  writer.text(entry.kind)
  writer.text(entry.asset)
  writer.int8(entry.amount)
  writer.int8(entry.balanceAfter)
  writer.int8(entry.counterBalanceAfter)
  writer.int8(entry.orderNumber)
  writer.int8(entry.fillNumber)
  writer.int8(entry.counterOrderNumber)
  writer.int8(entry.counterFillNumber)
  writer.int8(entry.timeMs)
}

function writeNotedEntry(entry: Entry): void {
  writeEntry(entry)
  writer.text(entry.note)
}

function writePosition(position: Readonly<Position>): void {
  writer.int4(position.account)
  writer.text(position.symbol)
  writer.int8(position.lots)
  writer.int8(position.costCents)
  writer.int8(position.realizedCents)
}

function writeAccount(account: Readonly<Account>): void {
  writer.int4(account.account)
  writer.text(account.name)
  writer.text(account.isClosed === true ? 'closed' : account.mode)
  writer.text(account.marginState)
  writer.int4(account.resets)
  writer.int8(account.seq)
  writer.int8(account.orderNumber)
  writer.int8(account.fillNumber)
  writer.int8(account.entryNumber)
  writer.int8(account.realizedCents)
  writer.int8(account.feesPaidCents)
  writer.int8(account.createdAtMs)
}

function writeOwner(owner: AccountOwner): void {
  writer.int4(owner.account)
  writer.text(owner.userId)
}

function writeDeadMan(one: DeadMan): void {
  writer.int4(one.account)
  writer.int8(one.atMs)
  writer.texts(one.symbols)
  writer.boolean(one.keepProtective)
}
