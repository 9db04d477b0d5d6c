import { parseId } from '@valiant/shared/units/id'
import pg from 'pg'

/** What the judge reads of the journal. */

export interface OrderRow {
  readonly orderId: bigint
  readonly lots: number
  readonly filled: number
  readonly status: string
  readonly version: number
}

/** The filled lots by order id, and every fill's lots by fill id. */
interface Fills {
  readonly ofOrder: ReadonlyMap<bigint, number>
  readonly byId: ReadonlyMap<bigint, number>
}

/** What the journal has of some accounts. Orders and results are found by account and client order id. */
export interface Traded {
  readonly orders: ReadonlyMap<string, OrderRow>
  readonly fills: Fills
  /** The orders with a recorded answer. */
  readonly results: ReadonlySet<string>
}

/** Connects to the journal for as long as `read` takes. */
export async function reading<Value>(databaseUrl: string, read: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('SET transaction_timeout = 0') // reading ten minutes of trading takes longer than the role's limit
    return await read(client)
  } finally {
    await client.end()
  }
}

export async function tradedBy(client: pg.Client, accounts: ReadonlySet<number>): Promise<Traded> {
  const numbers = [...accounts]
  return {
    orders: await ordersOf(client, numbers),
    fills: await fillsOf(client, numbers),
    results: await resultsOf(client, numbers),
  }
}

/** An id as stored in Postgres (int8). */
export function numberOf(id: string): bigint {
  const parsed = parseId(id)
  if (parsed === undefined) throw new Error(`expected an id, found ${id}`)
  return (BigInt(parsed.account) << 32n) | BigInt(parsed.number)
}

async function ordersOf(client: pg.Client, accounts: readonly number[]): Promise<Map<string, OrderRow>> {
  const { rows } = await client.query<
    Record<'order_id' | 'client_order_id' | 'lots' | 'filled_lots' | 'status', string> & {
      account_id: number
      version: number
    }
  >(
    `SELECT account_id, client_order_id, order_id, lots, filled_lots, status, version
     FROM orders WHERE account_id = ANY($1::int[])`,
    [accounts],
  )
  return new Map(
    rows.map(({ account_id, client_order_id, order_id, lots, filled_lots, status, version }) => [
      `${account_id} ${client_order_id}`,
      { orderId: BigInt(order_id), lots: Number(lots), filled: Number(filled_lots), status, version },
    ]),
  )
}

async function fillsOf(client: pg.Client, accounts: readonly number[]): Promise<Fills> {
  const { rows } = await client.query<Record<'fill_id' | 'order_id' | 'lots', string>>(
    'SELECT fill_id, order_id, lots FROM fill WHERE (fill_id >> 32)::int = ANY($1::int[])',
    [accounts],
  )
  const ofOrder = new Map<bigint, number>()
  for (const { order_id, lots } of rows) {
    ofOrder.set(BigInt(order_id), (ofOrder.get(BigInt(order_id)) ?? 0) + Number(lots))
  }
  return { ofOrder, byId: new Map(rows.map(({ fill_id, lots }) => [BigInt(fill_id), Number(lots)])) }
}

async function resultsOf(client: pg.Client, accounts: readonly number[]): Promise<Set<string>> {
  const { rows } = await client.query<{ key: string }>(
    `SELECT account_id || ' ' || substr(command_id, 3) AS key FROM command_result
     WHERE account_id = ANY($1::int[]) AND command_id LIKE 'o:%'`,
    [accounts],
  )
  return new Set(rows.map(({ key }) => key))
}

export async function lateBatches(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM (SELECT epoch, max(epoch) OVER (ORDER BY batch) AS highest FROM journal_batch) b
     WHERE epoch < highest`,
  )
  return Number(rows[0]?.count ?? 0)
}

export async function longestWithoutMatch(client: pg.Client, fromMs: number, toMs: number): Promise<number> {
  const { rows } = await client.query<{ ms: string | null }>(
    `SELECT max(extract(epoch FROM committed_at - before) * 1000) AS ms
     FROM (SELECT committed_at, lag(committed_at) OVER (ORDER BY batch) AS before FROM journal_batch j
           WHERE EXISTS (SELECT FROM fill f WHERE f.batch = j.batch)) b
     WHERE before >= to_timestamp($1::float8 / 1000) AND committed_at <= to_timestamp($2::float8 / 1000)`,
    [fromMs, toMs],
  )
  return Math.round(Number(rows[0]?.ms ?? 0))
}
