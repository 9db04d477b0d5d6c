import { parseId } from '@valiant/shared/units/id'
import pg from 'pg'
import { audit } from '../../server/audit/audit.ts'
import { type Asked, type Told, isExecuted, type TradingLog } from './trading-log.ts'

/** What the clients' own logs come to when the journal is held against them. */
export interface Verdict {
  readonly acked: number
  /** Acked, or told by a frame, and not in the journal so. */
  readonly lost: readonly string[]
  /** More filled than was ordered, or one fill twice. */
  readonly doubled: readonly string[]
  /** Told not executed and then executed, or two answers under one id. */
  readonly contradicted: readonly string[]
  /** Told that it was certainly not executed: refused, unavailable, or never sent. */
  readonly failed: number
  /** Nobody could say; not the same as failed. */
  readonly unknown: number
  /** Batches that an epoch wrote after a higher one had written. */
  readonly lateBatches: number
  /** The longest time between two batches with a fill, while trading went on, by the database's clock. */
  readonly longestWithoutMatchMs: number
  /** What `audit` finds wrong. */
  readonly auditFaults: readonly string[]
}

/** States that an order may still leave. */
const OPEN: readonly string[] = ['open', 'partially_filled', 'held', 'untriggered']

interface OrderRow {
  readonly orderId: bigint
  readonly lots: number
  readonly filled: number
  readonly status: string
  readonly version: number
}

/**
 * Judges a stretch of trading by its clients' logs, as Jepsen does. An order's quantity is in lots, so its instrument's
 * lot is one.
 * @param again answers that came when each order was asked for once more under its id
 */
export async function judge(
  databaseUrl: string,
  log: TradingLog,
  { again, fromMs, toMs }: { again: ReadonlyMap<Asked, Told>; fromMs: number; toMs: number },
): Promise<Verdict> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('SET transaction_timeout = 0') // ten minutes of trading are more than a session may read in its time
    const accounts = [...(await accountsOf(log))]
    const orders = await ordersOf(client, accounts)
    const fills = await fillsOf(client, accounts)
    const results = await resultsOf(client, accounts)
    const findings: Findings = { lost: [], doubled: [], contradicted: [] }
    const counts = { acked: 0, refused: 0, not_sent: 0, unknown: 0 }
    for await (const asked of log.orders()) {
      counts[asked.told?.as ?? 'unknown'] += 1
      judgeOrder(asked, orders.get(keyOf(asked)), { fills, results, findings })
    }
    await judgeCancels(log, orders, findings)
    await judgeFrames(log, orders, fills, findings)
    for (const [asked, second] of again) {
      if (isAnswerOf(asked, second)) continue
      const answers = `first ${verdictOf(asked.told)}, then ${verdictOf(second)}`
      findings.contradicted.push(`${asked.order.clientOrderId}: ${answers}`)
    }
    return {
      ...findings,
      acked: counts.acked,
      failed: counts.refused + counts.not_sent,
      unknown: counts.unknown,
      lateBatches: await lateBatches(client),
      longestWithoutMatchMs: await longestWithoutMatch(client, fromMs, toMs),
      auditFaults: await auditFaults(databaseUrl),
    }
  } finally {
    await client.end()
  }
}

/**
 * Checks orders that were reported as not executed against the journal, once none of them can execute any more.
 * @returns those that contradict their report
 */
export async function executedAfterDenial(databaseUrl: string, denied: readonly Asked[]): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const accounts = [...new Set(denied.map(({ account }) => account))]
    const orders = await ordersOf(client, accounts)
    const fills = await fillsOf(client, accounts)
    const results = await resultsOf(client, accounts)
    const findings: Findings = { lost: [], doubled: [], contradicted: [] }
    for (const asked of denied) judgeOrder(asked, orders.get(keyOf(asked)), { fills, results, findings })
    return [...findings.contradicted, ...findings.doubled]
  } finally {
    await client.end()
  }
}

async function accountsOf(log: TradingLog): Promise<Set<number>> {
  const accounts = new Set<number>()
  for await (const { account } of log.orders()) accounts.add(account)
  return accounts
}

interface Findings {
  readonly lost: string[]
  readonly doubled: string[]
  readonly contradicted: string[]
}

interface Journal {
  /** Filled lots by order id, and every fill's lots by fill id. */
  readonly fills: { readonly ofOrder: ReadonlyMap<bigint, number>; readonly byId: ReadonlyMap<bigint, number> }
  readonly results: ReadonlySet<string>
  readonly findings: Findings
}

function judgeOrder(asked: Asked, row: OrderRow | undefined, { fills, results, findings }: Journal): void {
  const { order, told } = asked
  const name = `${asked.account} ${order.clientOrderId}`
  if (row !== undefined) {
    const filled = fills.ofOrder.get(row.orderId) ?? 0
    if (filled > row.lots || filled > row.filled) findings.doubled.push(`${name}: ${filled} of ${row.lots} filled`)
  }
  if (told?.as === 'acked') judgeAck(name, told.order, row, fills, findings)
  else if (told?.as === 'not_sent' || (told?.as === 'refused' && told.error.outcome === 'not_executed')) {
    const isRefusal = row?.status === 'rejected' && row.filled === 0
    if (row !== undefined && !isRefusal)
      findings.contradicted.push(`${name}: told ${toldText(told)}, yet ${row.status}`)
    // Turned away for now: nothing may be recorded, or the same id would be answered otherwise later.
    else if (!isExecuted(told) && results.has(keyOf(asked))) {
      findings.contradicted.push(`${name}: told ${toldText(told)}, yet its answer is recorded`)
    }
  }
}

function judgeAck(
  name: string,
  told: Extract<Told, { as: 'acked' }>['order'],
  row: OrderRow | undefined,
  fills: Journal['fills'],
  { lost, contradicted }: Findings,
): void {
  if (row === undefined) {
    lost.push(`${name}: acked, and not in the journal`)
    return
  }
  if (row.orderId !== numberOf(told.orderId))
    contradicted.push(`${name}: acked as ${told.orderId}, journalled otherwise`)
  if (row.filled < Number(told.filledQty)) lost.push(`${name}: ${told.filledQty} filled by its ack, ${row.filled} now`)
  for (const { fillId, qty } of told.fills) {
    if (fills.byId.get(numberOf(fillId)) !== Number(qty)) lost.push(`${name}: fill ${fillId} of its ack is not there`)
  }
  if (!OPEN.includes(told.status) && (row.status !== told.status || row.filled !== Number(told.filledQty))) {
    contradicted.push(`${name}: acked ${told.status} ${told.filledQty}, now ${row.status} ${row.filled}`)
  }
}

async function judgeCancels(
  log: TradingLog,
  orders: ReadonlyMap<string, OrderRow>,
  { contradicted, lost }: Findings,
): Promise<void> {
  const byId = new Map([...orders.values()].map((row) => [row.orderId, row]))
  for await (const { orderId, filledQty } of log.canceled) {
    const row = byId.get(numberOf(orderId))
    if (row === undefined) lost.push(`${orderId}: canceled, and not in the journal`)
    else if (row.status !== 'canceled' || row.filled !== Number(filledQty)) {
      contradicted.push(`${orderId}: told canceled with ${filledQty}, now ${row.status} with ${row.filled}`)
    }
  }
}

/** What an account's frames told must be in the journal, whoever placed it. */
async function judgeFrames(
  log: TradingLog,
  orders: ReadonlyMap<string, OrderRow>,
  fills: Journal['fills'],
  { lost }: Findings,
): Promise<void> {
  const byId = new Map([...orders.values()].map((row) => [row.orderId, row]))
  for await (const { orderId, version, filledQty } of log.ordersInFrames) {
    const row = byId.get(numberOf(orderId))
    if (row === undefined || row.version < version || row.filled < Number(filledQty)) {
      lost.push(`${orderId}: told by a frame as version ${version}, journalled as ${row?.version ?? 'nothing'}`)
    }
  }
  for await (const { fillId, account } of log.fillsInFrames) {
    if (!fills.byId.has(numberOf(fillId)))
      lost.push(`${fillId}: a fill of account ${account} told by a frame is not there`)
  }
}

/**
 * Whether an order that is asked for once more got its first answer. The SDK looks an order up if its outcome stayed
 * unknown, and then reports it as it stands: what was open may have ended meanwhile.
 */
export function isAnswerOf({ by, told }: Asked, second: Told): boolean {
  if (verdictOf(told) === verdictOf(second)) return true
  if (by !== 'sdk' || told?.as !== 'acked' || second.as !== 'acked') return false
  return OPEN.includes(told.order.status) && told.order.orderId === second.order.orderId
}

/** What an answer says that must never change under its id. */
function verdictOf(told: Told | undefined): string {
  if (told === undefined) return 'nothing'
  if (told.as === 'refused') return `${told.error.code} ${told.error.order?.orderId ?? ''}`
  if (told.as !== 'acked') return told.as
  const { orderId, status, filledQty, fills } = told.order
  return `${orderId} ${status} ${filledQty} ${fills.map(({ fillId }) => fillId).join(' ')}`
}

const toldText = (told: Told): string => (told.as === 'refused' ? told.error.code : told.as)
const keyOf = ({ account, order }: Asked): string => `${account} ${order.clientOrderId}`

/** An id as Postgres keeps it (int8). */
function numberOf(id: string): bigint {
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

async function fillsOf(client: pg.Client, accounts: readonly number[]): Promise<Journal['fills']> {
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

async function lateBatches(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM (SELECT epoch, max(epoch) OVER (ORDER BY batch) AS highest FROM journal_batch) b
     WHERE epoch < highest`,
  )
  return Number(rows[0]?.count ?? 0)
}

async function longestWithoutMatch(client: pg.Client, fromMs: number, toMs: number): Promise<number> {
  const { rows } = await client.query<{ ms: string | null }>(
    `SELECT max(extract(epoch FROM committed_at - before) * 1000) AS ms
     FROM (SELECT committed_at, lag(committed_at) OVER (ORDER BY batch) AS before FROM journal_batch j
           WHERE EXISTS (SELECT FROM fill f WHERE f.batch = j.batch)) b
     WHERE before >= to_timestamp($1::float8 / 1000) AND committed_at <= to_timestamp($2::float8 / 1000)`,
    [fromMs, toMs],
  )
  return Math.round(Number(rows[0]?.ms ?? 0))
}

async function auditFaults(databaseUrl: string): Promise<string[]> {
  const { results } = await audit(databaseUrl)
  return results.filter(({ ok }) => !ok).map(({ check, faults, rows }) => `${check}: ${faults} ${JSON.stringify(rows)}`)
}
