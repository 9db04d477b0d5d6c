import type { AccountNumber } from '../engine/command.ts'
import type { Entry, Fill } from '../engine/event.ts'
import type { Account, Order, Position } from '../engine/state.ts'
import { booleans, bytes, integers, texts, words } from './array-literal.ts'
import { commandHash } from './command-hash.ts'

/** What one commit writes, all of it or nothing. */
export interface Batch {
  readonly epoch: number
  /** One more than the last. */
  readonly batch: number
  /** Where the stream of commands is read on from. */
  readonly streamPosition: string
  /** Market time. */
  readonly timeMs: number
  readonly results: readonly CommandResult[]
  /** Whole new states; each object once. */
  readonly orders: readonly Readonly<Order>[]
  readonly fills: readonly Fill[]
  readonly entries: readonly Entry[]
  readonly positions: readonly Readonly<Position>[]
  readonly accounts: readonly Readonly<Account>[]
  /** Owners of the accounts opened in this batch; the accounts stand in `accounts`. */
  readonly opened: readonly AccountOwner[]
  /** The simulator's state, JSON-able, when a second is over since the last. */
  readonly simulator?: unknown
}

/** The answer to one command of a user. */
export interface CommandResult {
  readonly account: AccountNumber
  /** 'o:' and a clientOrderId, or 'r:' and a requestId. */
  readonly commandId: string
  readonly payloadHash: Buffer
  /** Kept as JSON, given back as parsed. */
  readonly result: unknown
}

export interface AccountOwner {
  readonly account: AccountNumber
  readonly userId: string
}

/**
 * The parameters of commit_batch, in its order (db/functions/commit_batch.sql). Reads all of the batch before it returns:
 * its orders, positions and accounts are the engine's live objects.
 * @throws {RangeError} for a number that is not a safe integer
 */
export function encodeBatch(batch: Batch): (string | null)[] {
  const { results, orders, fills, entries, positions, accounts, opened } = batch
  return [
    String(batch.epoch),
    String(batch.batch),
    batch.streamPosition,
    String(batch.timeMs),

    integers(results, (row) => row.account),
    texts(results, (row) => row.commandId),
    integers(results, (row) => commandHash(row.commandId)),
    bytes(results, (row) => row.payloadHash),
    texts(results, (row) => JSON.stringify(row.result)),

    integers(orders, (order) => order.account),
    integers(orders, (order) => order.number),
    texts(orders, (order) => order.clientOrderId),
    texts(orders, (order) => order.symbol),
    words(orders, (order) => order.side),
    words(orders, (order) => order.type),
    words(orders, (order) => order.timeInForce),
    booleans(orders, (order) => order.postOnly),
    words(orders, (order) => order.selfTrade),
    words(orders, (order) => order.source),
    texts(orders, (order) => order.tag),
    integers(orders, (order) => order.lots),
    integers(orders, (order) => order.limitTicks),
    integers(orders, (order) => order.arrivalMidHalfTicks),
    integers(orders, (order) => order.filledLots),
    integers(orders, (order) => order.filledTickLots),
    integers(orders, (order) => order.feeCentBps),
    integers(orders, (order) => order.feesPaidCents),
    integers(orders, (order) => order.heldCents),
    words(orders, (order) => order.status),
    words(orders, (order) => order.reason),
    words(orders, (order) => order.rejectCode),
    integers(orders, (order) => order.priority),
    integers(orders, (order) => order.version),
    integers(orders, (order) => order.createdAtMs),
    integers(orders, (order) => order.updatedAtMs),
    integers(orders, (order) => order.closedAtMs),

    integers(fills, (fill) => fill.account),
    integers(fills, (fill) => fill.number),
    integers(fills, (fill) => fill.orderNumber),
    texts(fills, (fill) => fill.symbol),
    words(fills, (fill) => fill.side),
    integers(fills, (fill) => fill.ticks),
    integers(fills, (fill) => fill.lots),
    integers(fills, (fill) => fill.valueCents),
    integers(fills, (fill) => fill.feeCents),
    words(fills, (fill) => fill.liquidity),
    integers(fills, (fill) => fill.realizedCents),
    integers(fills, (fill) => fill.tradeId),
    integers(fills, (fill) => fill.timeMs),

    integers(entries, (entry) => entry.account),
    integers(entries, (entry) => entry.number),
    integers(entries, (entry) => entry.movementAccount),
    integers(entries, (entry) => entry.movementNumber),
    words(entries, (entry) => entry.kind),
    texts(entries, (entry) => entry.asset),
    integers(entries, (entry) => entry.amount),
    integers(entries, (entry) => entry.balanceAfter),
    integers(entries, (entry) => entry.orderNumber),
    integers(entries, (entry) => entry.fillNumber),
    integers(entries, (entry) => entry.timeMs),

    integers(positions, (position) => position.account),
    texts(positions, (position) => position.symbol),
    integers(positions, (position) => position.lots),
    integers(positions, (position) => position.costCents),
    integers(positions, (position) => position.realizedCents),

    integers(accounts, (account) => account.account),
    texts(accounts, (account) => account.name),
    integers(accounts, (account) => account.resets),
    integers(accounts, (account) => account.seq),
    integers(accounts, (account) => account.orderNumber),
    integers(accounts, (account) => account.fillNumber),
    integers(accounts, (account) => account.entryNumber),
    integers(accounts, (account) => account.realizedCents),
    integers(accounts, (account) => account.feesPaidCents),
    integers(accounts, (account) => account.createdAtMs),

    integers(opened, (owner) => owner.account),
    texts(opened, (owner) => owner.userId),

    batch.simulator === undefined ? null : JSON.stringify(batch.simulator),
  ]
}
