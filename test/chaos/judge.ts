import { parseId } from '@valiant/shared/units/id'
import pg from 'pg'
import { audit } from '../../server/audit/audit.ts'
import { type SentOrder, type Reported, isExecuted, type TradingLog } from './trading-log.ts'

/** The result of comparing the clients' logs with the journal. */
export interface Verdict {
  readonly acked: number
  /** Acked or reported in a frame, but missing or different in the journal. */
  readonly lost: readonly string[]
  /** More filled than ordered, or a fill twice. */
  readonly doubled: readonly string[]
  /** Reported as not executed but executed, or two different answers under one id. */
  readonly contradicted: readonly string[]
  /** Reported as certainly not executed: refused, unavailable, or never sent. */
  readonly failed: number
  /** The outcome stayed unknown, which is not the same as failed. */
  readonly unknown: number
  /** Batches of an epoch after a batch of a higher one. */
  readonly lateBatches: number
  /** The longest time between two batches with fills during trading, by the database's clock. */
  readonly longestWithoutMatchMs: number
  /** Faults that `audit` finds. */
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
 * Judges a period of trading by its clients' logs, as Jepsen does. It takes quantities as lots, so instruments must have a lot
 * size of one.
 * @param again answers to orders that were sent once more under their ids
 */
export async function judge(
  databaseUrl: string,
  log: TradingLog,
  { again, fromMs, toMs }: { again: ReadonlyMap<SentOrder, Reported>; fromMs: number; toMs: number },
): Promise<Verdict> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('SET transaction_timeout = 0') // reading ten minutes of trading takes longer than the role's limit
    const accounts = [...(await accountsOf(log))]
    const orders = await ordersOf(client, accounts)
    const fills = await fillsOf(client, accounts)
    const results = await resultsOf(client, accounts)
    const findings: Findings = { lost: [], doubled: [], contradicted: [] }
    const counts = { acked: 0, refused: 0, not_sent: 0, unknown: 0 }
    for await (const sent of log.orders()) {
      counts[sent.reported?.as ?? 'unknown'] += 1
      judgeOrder(sent, orders.get(keyOf(sent)), { fills, results, findings })
    }
    await judgeCancels(log, orders, findings)
    await judgeFrames(log, orders, fills, findings)
    for (const [sent, second] of again) {
      if (isAnswerOf(sent, second)) continue
      const answers = `first ${verdictOf(sent.reported)}, then ${verdictOf(second)}`
      findings.contradicted.push(`${sent.order.clientOrderId}: ${answers}`)
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
export async function executedAfterDenial(
  databaseUrl: string,
  denied: readonly SentOrder[],
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const accounts = [...new Set(denied.map(({ account }) => account))]
    const orders = await ordersOf(client, accounts)
    const fills = await fillsOf(client, accounts)
    const results = await resultsOf(client, accounts)
    const findings: Findings = { lost: [], doubled: [], contradicted: [] }
    for (const sent of denied) judgeOrder(sent, orders.get(keyOf(sent)), { fills, results, findings })
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

function judgeOrder(sent: SentOrder, row: OrderRow | undefined, { fills, results, findings }: Journal): void {
  const { order, reported } = sent
  const name = `${sent.account} ${order.clientOrderId}`
  if (row !== undefined) {
    const filled = fills.ofOrder.get(row.orderId) ?? 0
    if (filled > row.lots || filled > row.filled) findings.doubled.push(`${name}: ${filled} of ${row.lots} filled`)
  }
  if (reported?.as === 'acked') judgeAck(name, reported.order, row, fills, findings)
  else if (reported?.as === 'not_sent' || (reported?.as === 'refused' && reported.error.outcome === 'not_executed')) {
    const isRefusal = row?.status === 'rejected' && row.filled === 0
    if (row !== undefined && !isRefusal)
      findings.contradicted.push(`${name}: reported as ${reportedText(reported)}, but ${row.status}`)
    // After a temporary refusal nothing may be recorded, or the same id would get another answer later.
    else if (!isExecuted(reported) && results.has(keyOf(sent))) {
      findings.contradicted.push(`${name}: reported as ${reportedText(reported)}, but its answer is recorded`)
    }
  }
}

function judgeAck(
  name: string,
  reported: Extract<Reported, { as: 'acked' }>['order'],
  row: OrderRow | undefined,
  fills: Journal['fills'],
  { lost, contradicted }: Findings,
): void {
  if (row === undefined) {
    lost.push(`${name}: acked, but not in the journal`)
    return
  }
  if (row.orderId !== numberOf(reported.orderId))
    contradicted.push(`${name}: acked as ${reported.orderId}, but another id in the journal`)
  if (row.filled < Number(reported.filledQty))
    lost.push(`${name}: ${reported.filledQty} filled in its ack, ${row.filled} now`)
  for (const { fillId, qty } of reported.fills) {
    if (fills.byId.get(numberOf(fillId)) !== Number(qty)) lost.push(`${name}: fill ${fillId} of its ack is missing`)
  }
  if (
    !OPEN.includes(reported.status) &&
    (row.status !== reported.status || row.filled !== Number(reported.filledQty))
  ) {
    contradicted.push(`${name}: acked ${reported.status} ${reported.filledQty}, now ${row.status} ${row.filled}`)
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
    if (row === undefined) lost.push(`${orderId}: canceled, but not in the journal`)
    else if (row.status !== 'canceled' || row.filled !== Number(filledQty)) {
      contradicted.push(`${orderId}: reported as canceled with ${filledQty}, now ${row.status} with ${row.filled}`)
    }
  }
}

/** Orders and fills in account frames must be in the journal. */
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
      lost.push(`${orderId}: version ${version} in a frame, ${row?.version ?? 'missing'} in the journal`)
    }
  }
  for await (const { fillId, account } of log.fillsInFrames) {
    if (!fills.byId.has(numberOf(fillId)))
      lost.push(`${fillId}: a fill of account ${account} was in a frame but is missing`)
  }
}

/**
 * Whether an order that was sent once more got its first answer. The SDK looks an order up if its outcome stayed unknown,
 * and then reports its current state: an order that was open may have ended meanwhile.
 */
export function isAnswerOf({ by, reported }: SentOrder, second: Reported): boolean {
  if (verdictOf(reported) === verdictOf(second)) return true
  if (by !== 'sdk' || reported?.as !== 'acked' || second.as !== 'acked') return false
  return OPEN.includes(reported.order.status) && reported.order.orderId === second.order.orderId
}

/** The parts of an answer that must never change under its id. */
function verdictOf(reported: Reported | undefined): string {
  if (reported === undefined) return 'nothing'
  if (reported.as === 'refused') return `${reported.error.code} ${reported.error.order?.orderId ?? ''}`
  if (reported.as !== 'acked') return reported.as
  const { orderId, status, filledQty, fills } = reported.order
  return `${orderId} ${status} ${filledQty} ${fills.map(({ fillId }) => fillId).join(' ')}`
}

const reportedText = (reported: Reported): string => (reported.as === 'refused' ? reported.error.code : reported.as)
const keyOf = ({ account, order }: SentOrder): string => `${account} ${order.clientOrderId}`

/** An id as stored in Postgres (int8). */
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
