import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import type { Asset, Entry, Fill } from '../engine/event.ts'
import type { Order } from '../engine/state.ts'
import type { EquitySample } from './equity.ts'
import { fromRow } from './rows.ts'

/** The answer that a command once got. */
export interface StoredResult {
  readonly payloadHash: Buffer
  readonly batch: number
  readonly result: unknown
}

export interface OrderWithFills {
  readonly order: Order
  readonly fills: Fill[]
}

/** The `commandHash` of every command that an account has had answered, unless they are too many to keep at hand. */
export type KnownIds = readonly number[] | 'too many'

/** So many take 0.1 s to read where Postgres has them in memory; an account with more has each of its ids looked up. */
const KNOWN_IDS_MAX = 100_000

/** Far less than a statement may take. */
const FORGOTTEN_AT_ONCE_MAX = 5_000

/** A part of a list, newest first. */
export interface Page {
  /** Market time, inclusive. */
  readonly fromMs?: number
  /** Market time, exclusive. */
  readonly toMs?: number
  /** The running number of the last item of the page before: only older ones follow. */
  readonly before?: number
  /** The running number that is looked at last. */
  readonly downTo?: number
  readonly limit: number
}

export type ListName = 'orders' | 'fills' | 'entries'

export type EquityStretch = Omit<Page, 'before'> & { readonly intervalMs: number }

/** Past the last running number there can be. */
const NEWEST = 2 ** 32

/** What is committed, read from Postgres in the engine's units. Never the authority on what is happening now. */
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

  /** Between which running numbers of a list a page lies: from `first` on, and below `before`. */
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

  /** Seen from the account's side, whichever one of the line it is: `amount` is what it gained, `number` its own. */
  async entries(account: AccountNumber, page: Page & { readonly asset?: Asset }): Promise<Entry[]> {
    return this.#list(sql.journal.listEntries, { account, asset: page.asset ?? null, ...bounds(page) })
  }

  /** What the account was worth: the last sample of each interval, oldest first, of the newest `limit` intervals. */
  async equity(account: AccountNumber, { intervalMs, ...stretch }: EquityStretch): Promise<EquitySample[]> {
    const { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, limit } = stretch
    const parameters = { account, fromMs, toMs, intervalMs, limit }
    return (await this.#list<EquitySample>(sql.journal.listEquity, parameters)).reverse()
  }

  /** Oldest first. */
  async accountsOf(userId: string): Promise<AccountNumber[]> {
    return (await this.#list<{ account: number }>(sql.journal.listAccountsOfUser, { userId })).map((row) => row.account)
  }

  /** The seq of the last frame of each. */
  async seqsOf(accounts: readonly AccountNumber[]): Promise<{ account: AccountNumber; seq: number }[]> {
    return this.#list(sql.journal.listSeqs, { accounts })
  }

  async ownerOf(account: AccountNumber): Promise<string | undefined> {
    return (await this.#find<{ userId: string }>(sql.journal.findOwner, { account }))?.userId
  }

  /**
   * Gives a guest's accounts to the user that the guest has become; a user who already has an account is given only those
   * that the guest has used. Moves no money; harmless when repeated.
   * @returns the accounts moved
   */
  async moveAccounts(users: { readonly fromUserId: string; readonly toUserId: string }): Promise<AccountNumber[]> {
    return (await this.#list<{ account: number }>(sql.journal.moveAccounts, users)).map((row) => row.account)
  }

  /** Forgets the ids of requests answered before a time, a part after the other; those of orders are kept for ever. */
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

/** A time that is not given is null, and costs no look for its number. */
function bounds({ fromMs, toMs, before = NEWEST, downTo = 1, limit }: Page) {
  return { fromMs: fromMs ?? null, toMs: toMs ?? null, before, downTo, limit }
}

/** One statement reads both, so that the fills sum to what the order says is filled, whatever is committed meanwhile. */
function withFills(row: (Order & { readonly fills: Fill[] }) | undefined): OrderWithFills | undefined {
  if (row === undefined) return undefined
  const { fills, ...order } = row
  return { order, fills }
}
