import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import type { AccountNumber } from '../engine/command.ts'
import type { Account, Order, Position } from '../engine/state.ts'
import {
  inSnapshot,
  type JournalState,
  type LastBatch,
  readSmallState,
  readState,
  readTogether,
  type SmallState,
  type Snapshot,
} from './recovery.ts'
import { fromRow } from './rows.ts'

/** Further behind than this, a complete reading costs less. */
const BATCHES_BEHIND_MAX = 10_000
/**
 * The planner expects changed rows anywhere in the tables and would scan them completely; for frequently updated rows
 * it would also sort all their versions.
 */
const PLANS = `SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off`

interface FollowLogger {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** The changes by later batches, from one snapshot. */
interface News {
  readonly last: LastBatch
  readonly accounts: readonly Account[]
  /** Accounts closed for good: `readState` leaves them out. */
  readonly closed: ReadonlySet<AccountNumber>
  readonly positions: readonly Position[]
  /** Changed orders that were open, including those now closed, and new open orders. */
  readonly orders: readonly Order[]
}
type ChangedAccount = Omit<Account, 'mode'> & { readonly mode: Account['mode'] | 'closed' }
const isOpen = (row: ChangedAccount): row is Account => row.mode !== 'closed'
type Mark = Pick<LastBatch, 'epoch' | 'hash'>

/**
 * The journal's state, kept in memory by a standby. Read completely once, and from then on by its changes, it equals
 * `readState` of the same batch. When it cannot be followed (too far behind, or the journal went back), it is read
 * completely again.
 */
export class FollowedState {
  readonly #queries: Queries
  readonly #log: FollowLogger
  readonly #batchesBehindMax: number
  #known: LastBatch | undefined
  readonly #accounts = new Map<AccountNumber, Account>()
  readonly #positions = new Map<string, Position>()
  readonly #orders = new Map<AccountNumber, Map<number, Order>>()

  constructor(parts: { queries: Queries; log: FollowLogger; batchesBehindMax?: number }) {
    this.#queries = parts.queries
    this.#log = parts.log
    this.#batchesBehindMax = parts.batchesBehindMax ?? BATCHES_BEHIND_MAX
  }

  /** The last batch it includes; undefined before the first reading. */
  get batch(): number | undefined {
    return this.#known?.batch
  }

  /**
   * Advances to the last batch. Calls of this and `read` must not overlap. @throws when the database does not answer
   */
  async follow(): Promise<void> {
    if (!(await inSnapshot(this.#queries, (t) => this.#readOn(t)))) await this.#readWhole()
  }

  /** The state of the last batch: reads the changes, and in full the small parts that are not followed. */
  async read(): Promise<JournalState> {
    const state = await inSnapshot(this.#queries, async (t) => {
      if (!(await this.#readOn(t)) || !(await this.#isWhole(t))) return undefined
      return this.#stateWith(await readSmallState(t))
    })
    return state ?? this.#readWhole()
  }

  async #readWhole(): Promise<JournalState> {
    const state = await readState(this.#queries)
    this.#accounts.clear()
    this.#positions.clear()
    this.#orders.clear()
    for (const account of state.accounts) this.#accounts.set(account.account, account)
    for (const position of state.positions) this.#positions.set(keyOf(position), position)
    for (const order of state.openOrders) this.#ordersOf(order.account).set(order.number, order)
    this.#known = state.last
    return state
  }

  /** @returns false when everything must be read again; the held state is then unchanged, as after a failed read */
  async #readOn(t: Snapshot): Promise<boolean> {
    if (this.#known === undefined) return false
    const { last, found } = await readMarks(t, this.#known.batch)
    if (!this.#isContinued(this.#known, last, found)) return false
    if (last.batch === this.#known.batch) return true
    if (last.batch - this.#known.batch > this.#batchesBehindMax) {
      this.#log.info(
        { known: this.#known.batch, last: last.batch },
        'journal: too far behind, reading everything again',
      )
      return false
    }
    this.#apply(await this.#readNews(t, this.#known.batch, last))
    return true
  }

  /** Whether the known batch is still part of the journal: after a failover, a database may have gone back. */
  #isContinued(known: LastBatch, last: LastBatch, found: Mark | undefined): boolean {
    if (found?.epoch === known.epoch && found.hash === known.hash && last.epoch >= known.epoch) return true
    this.#log.error(
      { known, found, last },
      'journal: the database lost batches that had been read; reading everything again',
    )
    return false
  }

  /**
   * The changes by batches after a given one. Every batch that changes anything of an account includes the account, so
   * changed orders are found through their accounts.
   */
  async #readNews(t: Snapshot, batch: number, last: LastBatch): Promise<News> {
    await t.none(PLANS)
    const rows = (await t.any(sql.journal.listChangedAccounts, { batch })).map(fromRow<ChangedAccount>)
    const accounts = rows.filter(isOpen)
    const closed = new Set(rows.filter((row) => !isOpen(row)).map(({ account }) => account))
    const known = accounts.flatMap(({ account }) => [...(this.#orders.get(account)?.values() ?? [])])
    const statements = [sql.journal.listChangedPositions, sql.journal.listChangedOrders]
    const [positions = [], orders = []] = await readTogether(t, statements, {
      batch,
      knownAccounts: known.map(({ account }) => account),
      knownNumbers: known.map(({ number }) => number),
      accounts: accounts.map(({ account }) => account),
      lastNumbers: accounts.map(({ account }) => this.#accounts.get(account)?.orderNumber ?? 0),
    })
    return { last, accounts, closed, positions: positions.map(fromRow<Position>), orders: orders.map(fromRow<Order>) }
  }

  #apply({ last, accounts, closed, positions, orders }: News): void {
    for (const account of accounts) this.#accounts.set(account.account, account)
    for (const position of positions) this.#positions.set(keyOf(position), position)
    for (const order of orders) {
      const held = this.#ordersOf(order.account)
      if (order.closedAtMs === undefined) held.set(order.number, order)
      else held.delete(order.number)
      if (held.size === 0) this.#orders.delete(order.account)
    }
    this.#forget(closed)
    this.#known = last
  }

  #forget(closed: ReadonlySet<AccountNumber>): void {
    if (closed.size === 0) return
    for (const account of closed) {
      this.#accounts.delete(account)
      this.#orders.delete(account)
    }
    for (const [key, { account }] of this.#positions) if (closed.has(account)) this.#positions.delete(key)
  }

  /** Each change of an account raises its seq by one, so equal sums mean that none was missed. */
  async #isWhole(t: Snapshot): Promise<boolean> {
    const counted = fromRow<{ accounts: number; changes: number }>(await t.one(sql.journal.countAccountChanges))
    let changes = 0
    for (const { seq } of this.#accounts.values()) changes += seq
    if (counted.accounts === this.#accounts.size && counted.changes === changes) return true
    this.#log.error({ counted, held: { accounts: this.#accounts.size, changes } }, 'journal: a change was missed')
    return false
  }

  #stateWith(small: SmallState): JournalState {
    const { last, accounts, positions, openOrders } = this.#large()
    return { last, accounts, positions, openOrders, ...small }
  }

  #large(): Pick<JournalState, 'last' | 'accounts' | 'positions' | 'openOrders'> {
    if (this.#known === undefined) throw new Error('journal: expected a state that has been read, found none')
    const openOrders: Order[] = []
    const held = new Map<AccountNumber, number>()
    for (const [account, orders] of this.#orders) {
      let heldCents = 0
      for (const order of orders.values()) {
        heldCents += order.heldCents
        openOrders.push(order)
      }
      held.set(account, heldCents)
    }
    openOrders.sort((a, b) => a.priority - b.priority || a.account - b.account || a.number - b.number)
    const accounts = [...this.#accounts.values()].map((one) => ({ ...one, heldCents: held.get(one.account) ?? 0 }))
    return { last: this.#known, accounts, positions: [...this.#positions.values()], openOrders }
  }

  #ordersOf(account: AccountNumber): Map<number, Order> {
    const orders = this.#orders.get(account) ?? new Map<number, Order>()
    this.#orders.set(account, orders)
    return orders
  }
}

const keyOf = ({ account, symbol }: Position): string => `${account} ${symbol}`

/** The last batch, and the epoch and hash that distinguish a batch from another with its number. */
async function readMarks(t: Snapshot, batch: number): Promise<{ last: LastBatch; found: Mark | undefined }> {
  const statements = [sql.journal.readLastBatch, sql.journal.readBatchMark]
  const [[last] = [], [found] = []] = await readTogether(t, statements, { batch })
  return { last: fromRow(last), found: found === undefined ? undefined : fromRow<Mark>(found) }
}
