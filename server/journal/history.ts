import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import type { Asset, Entry, EntryKind, Fill } from '../engine/event.ts'
import type { Order } from '../engine/state.ts'
import type { EquitySample } from './equity.ts'
import { fromRow } from './rows.ts'

/** The recorded answer to a command. */
export interface StoredResult {
  readonly payloadHash: Buffer
  readonly batch: number
  readonly result: unknown
}

export interface OrderWithFills {
  readonly order: Order
  readonly fills: Fill[]
}

export interface RealizedSum {
  readonly symbol: string
  readonly realizedCents: number
  readonly feeCents: number
  readonly fills: number
}

/**
 * The `commandHash` of every command of an account with a recorded answer, unless there are too many to keep in memory.
 */
export type KnownIds = readonly number[] | 'too many'

/** Reading this many takes 0.1 s if Postgres has them cached. For an account with more, each id is looked up. */
const KNOWN_IDS_MAX = 100_000

/** Well below what one statement can handle in time. */
const FORGOTTEN_AT_ONCE_MAX = 5_000

/** A page of a list, newest first. */
export interface Page {
  /** Market time, inclusive. */
  readonly fromMs?: number
  /** Market time, exclusive. */
  readonly toMs?: number
  /** The running number of the last item of the previous page; only older ones follow. */
  readonly before?: number
  /** The lowest running number to read. */
  readonly downTo?: number
  readonly limit: number
}

export type ListName = 'orders' | 'fills' | 'entries'

type EquityStretch = Omit<Page, 'before'> & { readonly intervalMs: number }

/** Above the highest possible running number. */
const NEWEST = 2 ** 32

/** Committed data, read from Postgres in the engine's units. It may lag behind the engine. */
export class History {
  readonly #queries: Queries
  readonly #knownIdsMax: number

  constructor(queries: Queries, { knownIdsMax = KNOWN_IDS_MAX } = {}) {
    this.#queries = queries
    this.#knownIdsMax = knownIdsMax
  }

  /** @param commandId 'o:' and a clientOrderId, or 'r:' and a requestId */
  async commandResult(account: AccountNumber, commandId: string): Promise<StoredResult | undefined> {
    return this.#find(sql.journal.findCommandResult, { account, commandId })
  }

  async knownCommands(account: AccountNumber): Promise<KnownIds> {
    const limit = this.#knownIdsMax + 1
    const { hashes } = await this.#queries.one<{ hashes: number[] }>(sql.journal.listKnownCommands, { account, limit })
    return hashes.length < limit ? hashes : 'too many'
  }

  async order(account: AccountNumber, number: number): Promise<OrderWithFills | undefined> {
    return withFills(await this.#find(sql.journal.findOrder, { account, number }))
  }

  async orderByClientId(account: AccountNumber, clientOrderId: string): Promise<OrderWithFills | undefined> {
    return withFills(await this.#find(sql.journal.findOrderByClientId, { account, clientOrderId }))
  }

  /** The range of running numbers that a page covers: from `first`, and below `before`. */
  async stretchOf(
    list: ListName,
    account: AccountNumber,
    page: Omit<Page, 'downTo'>,
  ): Promise<{ readonly first: number; readonly before: number }> {
    const found = await this.#find<{ first: number; before: number }>(sql.journal.findListStretch, {
      list,
      account,
      ...bounds(page),
    })
    return found ?? { first: 1, before: 1 }
  }

  async orders(
    account: AccountNumber,
    page: Page & { readonly status?: 'open' | 'closed' | 'all'; readonly symbol?: string },
  ): Promise<Order[]> {
    const { status = 'all', symbol = null } = page
    return this.#list(sql.journal.listOrders, { account, status, symbol, ...bounds(page) })
  }

  async fills(account: AccountNumber, page: Page & { readonly symbol?: string }): Promise<Fill[]> {
    return this.#list(sql.journal.listFills, { account, symbol: page.symbol ?? null, ...bounds(page) })
  }

  /** What a stretch of the account's fills has brought, by symbol. */
  async realized(
    account: AccountNumber,
    stretch: { readonly downTo: number; readonly before: number },
  ): Promise<RealizedSum[]> {
    return this.#list(sql.journal.sumFills, { account, ...stretch })
  }

  /**
   * From the account's point of view, whichever side of the entry it is on: `amount` is its gain, `number` its own
   * number.
   */
  async entries(
    account: AccountNumber,
    page: Page & { readonly asset?: Asset; readonly kind?: EntryKind },
  ): Promise<Entry[]> {
    const { asset = null, kind = null } = page
    return this.#list(sql.journal.listEntries, { account, asset, kind, ...bounds(page) })
  }

  /** The account's equity: the last sample of each interval, oldest first, for the newest `limit` intervals. */
  async equity(account: AccountNumber, { intervalMs, ...stretch }: EquityStretch): Promise<EquitySample[]> {
    const { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, limit } = stretch
    const parameters = { account, fromMs, toMs, intervalMs, limit }
    return (await this.#list<EquitySample>(sql.journal.listEquity, parameters)).reverse()
  }

  /** Oldest first. */
  async accountsOf(userId: string): Promise<AccountNumber[]> {
    return (await this.#list<{ account: number }>(sql.journal.listAccountsOfUser, { userId })).map((row) => row.account)
  }

  /** The seq of each account's last frame. */
  async seqsOf(accounts: readonly AccountNumber[]): Promise<{ account: AccountNumber; seq: number }[]> {
    return this.#list(sql.journal.listSeqs, { accounts })
  }

  async ownerOf(account: AccountNumber): Promise<string | undefined> {
    return (await this.#find<{ userId: string }>(sql.journal.findOwner, { account }))?.userId
  }

  /**
   * Moves a guest's accounts to the user that the guest has become. A user who already has an account only receives the
   * accounts that the guest has used. Moves no money; safe to repeat.
   * @returns the accounts moved
   */
  async moveAccounts(users: { readonly fromUserId: string; readonly toUserId: string }): Promise<AccountNumber[]> {
    return (await this.#list<{ account: number }>(sql.journal.moveAccounts, users)).map((row) => row.account)
  }

  /** Removes the ids of requests answered before a time, in parts; ids of orders are kept forever. */
  async forgetRequests(beforeMs: number): Promise<void> {
    const limit = FORGOTTEN_AT_ONCE_MAX
    let forgotten: readonly unknown[]
    do forgotten = await this.#queries.any<unknown>(sql.journal.forgetRequests, { beforeMs, limit })
    while (forgotten.length >= limit)
  }

  async #find<Shape>(statement: (typeof sql.journal)['findOrder'], parameters: object): Promise<Shape | undefined> {
    const row = await this.#queries.oneOrNone<unknown>(statement, parameters)
    return row === null ? undefined : fromRow<Shape>(row)
  }

  async #list<Shape>(statement: (typeof sql.journal)['listOrders'], parameters: object): Promise<Shape[]> {
    return (await this.#queries.any<unknown>(statement, parameters)).map((row) => fromRow<Shape>(row))
  }
}

/** A missing time becomes null, which needs no lookup of its running number. */
function bounds({ fromMs, toMs, before = NEWEST, downTo = 1, limit }: Page) {
  return { fromMs: fromMs ?? null, toMs: toMs ?? null, before, downTo, limit }
}

/** Both are read by one statement, so that the fills add up to the order's filled quantity at any time. */
function withFills(row: (Order & { readonly fills: Fill[] }) | undefined): OrderWithFills | undefined {
  if (row === undefined) return undefined
  const { fills, ...order } = row
  return { order, fills }
}
