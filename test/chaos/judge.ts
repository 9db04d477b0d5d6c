import { audit } from '../../server/audit/audit.ts'
import { lateBatches, longestWithoutMatch, numberOf, type OrderRow, reading, type Traded, tradedBy } from './journal.ts'
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
  return reading(databaseUrl, async (client) => {
    const traded = await tradedBy(client, await accountsOf(log))
    const findings: Findings = { lost: [], doubled: [], contradicted: [] }
    const counts = { acked: 0, refused: 0, not_sent: 0, unknown: 0 }
    for await (const sent of log.orders()) {
      counts[sent.reported?.as ?? 'unknown'] += 1
      judgeOrder(sent, traded, findings)
    }
    await judgeCancels(log, traded, findings)
    await judgeFrames(log, traded, findings)
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
  })
}

/**
 * Checks orders that were reported as not executed against the journal, once none of them can execute any more.
 * @returns those that contradict their report
 */
export async function executedAfterDenial(
  databaseUrl: string,
  denied: readonly SentOrder[],
): Promise<readonly string[]> {
  return reading(databaseUrl, async (client) => {
    const traded = await tradedBy(client, new Set(denied.map(({ account }) => account)))
    const findings: Findings = { lost: [], doubled: [], contradicted: [] }
    for (const sent of denied) judgeOrder(sent, traded, findings)
    return [...findings.contradicted, ...findings.doubled]
  })
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

function judgeOrder(sent: SentOrder, { orders, fills, results }: Traded, findings: Findings): void {
  const row = orders.get(keyOf(sent))
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
  fills: Traded['fills'],
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

async function judgeCancels(log: TradingLog, { orders }: Traded, { contradicted, lost }: Findings): Promise<void> {
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
async function judgeFrames(log: TradingLog, { orders, fills }: Traded, { lost }: Findings): Promise<void> {
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

async function auditFaults(databaseUrl: string): Promise<string[]> {
  const { results } = await audit(databaseUrl)
  return results.filter(({ ok }) => !ok).map(({ check, faults, rows }) => `${check}: ${faults} ${JSON.stringify(rows)}`)
}
