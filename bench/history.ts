import pgPromise from 'pg-promise'
import { openDatabase, type Queries } from '../server/database/database.ts'
import { FIRST_USER_ACCOUNT } from '../server/engine/command.ts'
import { CASH } from '../server/engine/event.ts'
import { LOOKED_AT_MAX } from '../server/gateway/requests/history.ts'
import { History, type ListName } from '../server/journal/history.ts'
import type { Rig } from './rig.ts'
import { medianOf } from './quantiles.ts'
import { tableOf } from './table.ts'

/** The time of one query of an account's history. */
export interface HistoryTime {
  readonly name: string
  readonly medianMs: number
  readonly slowestMs: number
  readonly rows: number
  /** The indexes and tables that its plan reads, outermost first. */
  readonly plan: string
}

/** The goal for one page, whatever the size of the account's history: docs/performance.md. */
const MEDIAN_MS_MAX = 20
const ORDERS = 1_000_000

const ACCOUNT = FIRST_USER_ACCOUNT
/** Other accounts, so that the account is not alone in the tables. */
const OTHERS = 20
const ORDERS_OF_OTHERS = 5_000
const BEGAN_MS = Date.UTC(2026, 0, 1)
const ORDER_EVERY_MS = 10_000
const EQUITY_EVERY_MS = 60_000
const EQUITY_SAMPLES = 365 * 24 * 60
const REPEATS = 7
const PAGE = 101

/**
 * Measures pages of an account's history with very many orders, each with a fill and three entries, in 16 symbols and one
 * that it traded only at the start. The open orders are old too.
 */
export async function historyTimes(rig: Rig, say: (text: string) => void, orders = ORDERS): Promise<HistoryTime[]> {
  await using database = await openDatabase({ url: await rig.freshUrl(), logger: { warn: () => undefined } })
  await fill(database.queries, orders, say)
  const asked = new AskedQueries(database.queries)
  const history = new History(asked.queries)
  const lastMs = BEGAN_MS + orders * ORDER_EVERY_MS
  const middle = { fromMs: BEGAN_MS + (lastMs - BEGAN_MS) / 2, toMs: BEGAN_MS + (lastMs - BEGAN_MS) / 2 + 3_600_000 }
  const early = { fromMs: BEGAN_MS, toMs: BEGAN_MS + 3_600_000 }
  const page = { limit: PAGE }
  const queries: [string, () => Promise<readonly unknown[]>][] = []
  const ask = (name: string, read: () => Promise<readonly unknown[]>) => queries.push([name, read])

  // The gateway reads a page with a symbol like this: it looks at a limited number of rows.
  const ofSymbol = async (list: ListName, filter: { readonly symbol?: string; readonly asset?: string }) => {
    const { first, before } = await history.stretchOf(list, ACCOUNT, page)
    return history[list](ACCOUNT, { ...page, ...filter, downTo: Math.max(first, before - LOOKED_AT_MAX) })
  }

  ask('orders, newest', () => history.orders(ACCOUNT, page))
  ask('orders, a page in the middle', () => history.orders(ACCOUNT, { ...page, before: orders / 2 }))
  ask('orders, open', () => history.orders(ACCOUNT, { ...page, status: 'open' }))
  ask('orders, closed', () => history.orders(ACCOUNT, { ...page, status: 'closed' }))
  ask('orders of a symbol', () => ofSymbol('orders', { symbol: 'SYM3' }))
  ask('orders of a symbol long not traded', () => ofSymbol('orders', { symbol: 'RARE' }))
  ask('orders of an hour in the middle', () => history.orders(ACCOUNT, { ...page, ...middle }))
  ask('orders of the first hour', () => history.orders(ACCOUNT, { ...page, ...early }))
  ask('orders of a symbol, of the first hour', () => history.orders(ACCOUNT, { ...page, ...early, symbol: 'SYM3' }))
  ask('an order with its fills', async () => [await history.orderByClientId(ACCOUNT, `bot-${orders / 2}`)])
  ask('fills, newest', () => history.fills(ACCOUNT, page))
  ask('fills of a symbol', () => ofSymbol('fills', { symbol: 'SYM3' }))
  ask('fills of a symbol long not traded', () => ofSymbol('fills', { symbol: 'RARE' }))
  ask('fills of the first hour', () => history.fills(ACCOUNT, { ...page, ...early }))
  ask('ledger, newest', () => history.entries(ACCOUNT, page))
  ask('ledger of cash', () => history.entries(ACCOUNT, { ...page, asset: CASH }))
  ask('ledger of a symbol', () => ofSymbol('entries', { asset: 'SYM3' }))
  ask('ledger of a symbol long not traded', () => ofSymbol('entries', { asset: 'RARE' }))
  ask('ledger of the first hour', () => history.entries(ACCOUNT, { ...page, ...early }))
  ask('equity of a day, by the minute', () =>
    history.equity(ACCOUNT, { ...early, toMs: BEGAN_MS + 86_400_000, intervalMs: 60_000, limit: 2_000 }),
  )
  ask('equity of a year, by the day', () => history.equity(ACCOUNT, { intervalMs: 86_400_000, limit: 1_000 }))
  ask('accounts of the user', () => history.accountsOf('user'))

  const found: HistoryTime[] = []
  for (const [name, read] of queries) found.push({ ...(await timeOf(name, read)), plan: await asked.plan() })
  return found
}

export const historyTable = (times: readonly HistoryTime[]): string =>
  tableOf(
    ['question', 'rows', 'median', 'slowest', `${MEDIAN_MS_MAX} ms`, 'reads'],
    times.map(({ name, rows, medianMs, slowestMs, plan }) => [
      name,
      String(rows),
      `${medianMs.toFixed(1)} ms`,
      `${slowestMs.toFixed(1)} ms`,
      medianMs <= MEDIAN_MS_MAX ? 'met' : 'missed',
      plan,
    ]),
  )

/** Forwards queries and remembers the last one, to explain it. */
class AskedQueries {
  readonly queries: Queries
  readonly #real: Queries
  #last = ''

  constructor(real: Queries) {
    this.#real = real
    const asking = <Name extends 'any' | 'oneOrNone'>(name: Name) =>
      ((statement: pgPromise.QueryFile, parameters?: object) => {
        this.#last = pgPromise.as.format(statement, parameters)
        return real[name](this.#last)
      }) as Queries[Name]
    this.queries = Object.assign(Object.create(real) as Queries, { any: asking('any'), oneOrNone: asking('oneOrNone') })
  }

  async plan(): Promise<string> {
    const lines = await this.#real.any<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${this.#last}`)
    const scans = lines.map((line) =>
      /(\S+ (?:Only )?Scan(?: Backward)?) using (\S+)|Seq Scan on (\S+)/.exec(line['QUERY PLAN']),
    )
    return [...new Set(scans.flatMap((scan) => (scan === null ? [] : [scan[2] ?? `all of ${scan[3] ?? ''}`])))].join(
      ', ',
    )
  }
}

async function timeOf(name: string, read: () => Promise<readonly unknown[]>): Promise<Omit<HistoryTime, 'plan'>> {
  const times: number[] = []
  let rows = 0
  await read() // the first run reads from disk
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const began = performance.now()
    rows = (await read()).length
    times.push(performance.now() - began)
  }
  return { name, medianMs: medianOf(times), slowestMs: Math.max(...times), rows }
}

/** Writes the rows that commit_batch_3 would have written, without a day of the engine's work. */
async function fill(queries: Queries, orders: number, say: (text: string) => void): Promise<void> {
  await queries.tx(async (t) => {
    await t.none('SET LOCAL transaction_timeout = 0')
    await t.none('SET LOCAL session_replication_role = replica') // no triggers: balances are not read
    await t.none(
      `INSERT INTO account (account_id, name, order_number, fill_number, entry_number, created_at_ms, batch)
       SELECT $1 + n, 'bench', $4, $4, 3 * $4, $2, 1 FROM generate_series(0, $3) n`,
      [ACCOUNT, BEGAN_MS, OTHERS, orders],
    )
    await t.none(`INSERT INTO account_owner VALUES ($1, 'user')`, ACCOUNT)
    await t.none(
      `INSERT INTO balance
       SELECT $1, asset, 1000000 FROM unnest(ARRAY(SELECT 'SYM' || s FROM generate_series(0, 15) s) || $2) asset`,
      [ACCOUNT, [CASH, 'RARE']],
    )
    for (let other = OTHERS; other >= 0; other--) {
      const count = other === 0 ? orders : ORDERS_OF_OTHERS
      say(`history: ${count} orders of account ${ACCOUNT + other}`)
      await fillAccount(t, ACCOUNT + other, count)
    }
    await t.none(
      `INSERT INTO equity_sample SELECT $1, $2 + n::bigint * $3, 1000000 + n, 500000 FROM generate_series(1, $4) n`,
      [ACCOUNT, BEGAN_MS, EQUITY_EVERY_MS, EQUITY_SAMPLES],
    )
  })
  say('history: VACUUM ANALYZE')
  await queries.task(async (t) => {
    await t.none('SET transaction_timeout = 0')
    await t.none('VACUUM ANALYZE')
    await t.none('RESET transaction_timeout')
  })
}

async function fillAccount(t: Pick<Queries, 'none'>, account: number, orders: number): Promise<void> {
  // Of the first hundred orders, ten are still open, and ten are of a symbol that was not traded since.
  const each = `SELECT n, $1::bigint << 32 | n AS id, $3 + n::bigint * $4 AS at_ms,
    CASE WHEN n <= 100 AND n % 10 = 1 THEN 'RARE' ELSE 'SYM' || n % 16 END AS symbol, n <= 100 AND n % 10 = 2 AS open
    FROM generate_series(1, $2) n`
  const parameters = [account, orders, BEGAN_MS, ORDER_EVERY_MS]
  await t.none(
    `INSERT INTO orders (order_id, account_id, client_order_id, symbol, side, type, time_in_force, post_only, self_trade,
       source, lots, limit_ticks, arrival_mid_half_ticks, filled_lots, filled_tick_lots, fee_cent_bps, fees_paid_cents,
       held_cents, status, priority, version, created_at_ms, updated_at_ms, closed_at_ms, batch)
     SELECT id, $1, 'bot-' || n, symbol, 'buy', 'limit', 'gtc', false, 'cancel_maker', 'api', 10, 100, 200,
       CASE WHEN open THEN 0 ELSE 10 END, 1000, 5000, 1, 0, CASE WHEN open THEN 'open' ELSE 'filled' END, n, 2, at_ms,
       at_ms, CASE WHEN NOT open THEN at_ms END, 1
     FROM (${each}) each`,
    parameters,
  )
  await t.none(
    `INSERT INTO fill SELECT id, id, symbol, 'buy', 100, 10, 1000, 1, 'taker', 0, 1000000000 + n, at_ms, 1
     FROM (${each}) each WHERE NOT open`,
    parameters,
  )
  // Every eighth order traded with another user's, who is on the first side of the entry.
  await t.none(
    `INSERT INTO ledger_entry (entry_id, counter_account_id, counter_number, kind, asset, amount, balance_after,
       counter_balance_after, order_number, fill_number, time_ms, batch)
     SELECT CASE WHEN n % 8 = 0 THEN ($1 + 1000)::bigint ELSE $1 END << 32 | number, CASE WHEN n % 8 = 0 THEN $1 ELSE 1 END,
       CASE WHEN n % 8 = 0 THEN number END, kind, coalesce(asset, symbol), amount, 5, 5, n, n, at_ms, 1
     FROM (${each}) each, (VALUES (2, 'trade', 'USD', -1000), (1, 'trade', NULL, 10), (0, 'fee', 'USD', -1))
       lines (line, kind, asset, amount), LATERAL (SELECT 3 * n::bigint - line) numbers (number)
     WHERE NOT open`,
    parameters,
  )
}
