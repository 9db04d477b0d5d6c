import { setTimeout as delay } from 'node:timers/promises'
import type { BalancerName } from '../../rig/balancer.ts'
import type { Look } from '../../rig/fault-proxy.ts'
import type { Member } from '../../rig/fleet.ts'
import { type Arena, DRAIN_SPREAD_MS } from '../arena.ts'
import type { TradingRun, Result } from '../trading-run.ts'
import type { Scale } from '../row.ts'
import { type SentOrder, isExecuted } from '../trading-log.ts'
import { clientsOf, openTradingRun } from './open-trading-run.ts'
import { fires, isCommit, isRenewal } from './statements.ts'

/** Limit of the takeover time by a warm standby, at the 95th percentile. */
const TAKEOVER_MS = 1_000
const ACK_P99_MS = 1_500
const ACK_MAX_MS = 4_000
/** Number of slow or rejected orders whose steps are noted. */
const TRAILS_MAX = 5
const SLEEP_MS = 10_000
const EXPIRED_MS = 4_000

/** The leader is killed repeatedly under load. */
export async function killLeader(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const takeovers: number[] = []
  for (let round = 0; round < (isLong ? 20 : 2); round++) {
    const leader = await fleet.leader()
    const { epoch } = await fleet.lease()
    const killedAt = Date.now()
    await leader.kill()
    takeovers.push((await fleet.ledAfter(epoch)) - killedAt)
    await run.recovered(killedAt, { maxMs: ACK_MAX_MS })
    await leader.start()
  }
  run.within('takeover, 95th percentile', percentile(takeovers, 95), TAKEOVER_MS)
  run.note(`taken over after ${percentile(takeovers, 50)} ms, ${percentile(takeovers, 95)} ms at the 95th percentile`)
  await noteAcks(run)
  return run.close()
}

/** The moments at which the leader is paused with SIGSTOP. */
const MOMENTS: readonly { readonly name: string; readonly sleep: (leader: Member, arena: Arena) => Promise<void> }[] = [
  { name: 'at any moment', sleep: (leader) => fallAsleep(leader) },
  { name: 'after sending a commit', sleep: (leader) => sleepAt(leader, isCommit, 'pass') },
  {
    name: 'with a commit in flight that arrives after another took over',
    sleep: (leader) => sleepAt(leader, isCommit, 'freeze'),
  },
  { name: 'during a commit that waits for a lock', sleep: sleepInsideCommit },
  { name: 'after sending a renewal of the lease', sleep: (leader) => sleepAt(leader, isRenewal, 'pass') },
  { name: 'with a renewal in flight', sleep: (leader) => sleepAt(leader, isRenewal, 'freeze') },
  { name: 'after losing the answer of a commit', sleep: (leader) => sleepAt(leader, isCommit, 'cut_answer') },
  { name: 'while cut off from Redis', sleep: sleepWithoutRedis },
]

/** The leader is paused, another takes over, and the old one resumes without knowing. */
export async function stopLeader(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const moments = isLong ? MOMENTS : MOMENTS.slice(2, 4)
  for (const { name, sleep } of moments) {
    const leader = await fleet.leader()
    const { epoch } = await fleet.lease()
    await sleep(leader, arena)
    const asleepAt = Date.now()
    const takenMs = (await fleet.ledAfter(epoch)) - asleepAt
    run.within(`paused ${name}: a new epoch`, takenMs, EXPIRED_MS)
    await run.recovered(asleepAt, { maxMs: ACK_MAX_MS + EXPIRED_MS })
    run.note(`paused ${name}: another led after ${takenMs} ms`)
    await delay(isLong ? SLEEP_MS - (Date.now() - asleepAt) : 0)
    leader.mend()
    const awakeAt = Date.now()
    await leader.ready()
    await run.recovered(awakeAt, { maxMs: ACK_MAX_MS })
  }
  return run.close()
}

function fallAsleep(leader: Member): Promise<void> {
  leader.sleep()
  return Promise.resolve()
}

/** Pauses the leader when it sends a statement. */
async function sleepAt(leader: Member, isIt: (bytes: Buffer) => boolean, becomes: ReturnType<Look>): Promise<void> {
  await fires(leader.postgres, isIt, () => {
    leader.sleep()
    return becomes
  })
}

/** Pauses the leader while its commit waits in Postgres for the lease's row, which another session locks. */
async function sleepInsideCommit(leader: Member, arena: Arena): Promise<void> {
  const holder = await arena.connection()
  try {
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM lease WHERE id = 1 FOR UPDATE')
    await waitsForLock(holder)
    leader.sleep()
    await holder.query('ROLLBACK')
  } finally {
    await holder.end()
  }
}

async function waitsForLock(client: Awaited<ReturnType<Arena['connection']>>): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `SELECT FROM pg_stat_activity WHERE application_name LIKE 'valiant-commit%' AND wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
    await delay(1)
  }
}

function sleepWithoutRedis(leader: Member): Promise<void> {
  leader.redis?.freeze()
  return fallAsleep(leader)
}

const HAND_OVER_MS = 300

/** The leader is stopped with SIGTERM. */
export async function handOver(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  for (let round = 0; round < (isLong ? 10 : 1); round++) {
    const leader = await fleet.leader()
    const { epoch } = await fleet.lease()
    const stoppedAt = Date.now()
    const exited = leader.stop()
    await fleet.ledAfter(epoch)
    await run.recovered(stoppedAt, { maxMs: ACK_MAX_MS })
    run.must('the leader ended with 0 on SIGTERM', (await exited) === 0)
    await leader.start()
  }
  const result = await run.close()
  const gap = result.verdict.longestWithoutMatchMs
  const misses = [...result.misses]
  if (gap > (isLong ? HAND_OVER_MS : 15_000)) misses.push(`without a match: ${gap} ms, at most ${HAND_OVER_MS}`)
  if (run.log.timeouts > 0) misses.push(`${run.log.timeouts} TIMEOUT, expected none`)
  return {
    ...result,
    misses,
    notes: [...result.notes, `longest without a match ${gap} ms, ${run.log.timeouts} TIMEOUT`],
  }
}

const FEEDLESS_MS = 2_000

/** All instances are restarted one after the other, as for a release. */
export const rollingRestart =
  (balancer: BalancerName) =>
  async (arena: Arena, { isLong }: Scale): Promise<Result> => {
    const { fleet } = arena
    const run = await openTradingRun(arena, { isLong, via: balancer })
    const began = Date.now()
    const members = isLong ? fleet.members : fleet.members.slice(0, 2)
    for (const member of members) {
      run.must(`${member.name} ended with 0 on SIGTERM`, (await member.stop()) === 0)
      await member.start({ DRAIN_NOTICE_MS: balancer === 'nginx' ? '0' : '1500' })
    }
    await run.recovered(Date.now(), { maxMs: ACK_MAX_MS })
    run.within('a socket without prices', run.quotesGapMs, FEEDLESS_MS)
    if (run.quotesGapMs > FEEDLESS_MS) run.noteLongestQuiet()
    const perSecond = mostInOneSecond(run.log.connections.map(({ at }) => at))
    const bar = Math.ceil((2 * clientsOf({ isLong })) / (DRAIN_SPREAD_MS / 1_000))
    run.bounded('connections per second', perSecond, bar)
    run.note(
      `${run.log.connections.length} reconnections in ${Date.now() - began} ms, at most ${perSecond} in a second`,
    )
    const rejected = (await Array.fromAsync(run.log.orders())).filter(
      ({ by, reported }) => by === 'sdk' && reported !== undefined && !isExecuted(reported),
    )
    run.note(`${rejected.length} promises of the SDK rejected without an answer of the exchange`)
    for (const sent of rejected.slice(0, TRAILS_MAX)) run.noteTrail(sent)
    if (isLong)
      run.must(
        `${rejected.length} promises of the SDK rejected without an answer of the exchange`,
        rejected.length === 0,
      )
    return run.close()
  }

async function noteAcks(run: TradingRun): Promise<void> {
  const acked = (await Array.fromAsync(run.log.orders())).filter(({ reported }) => reported?.as === 'acked')
  const tookMs = (sent: SentOrder) => sent.reportedAt - sent.sentAt
  const times = acked.map(tookMs)
  const slowest = acked.toSorted((a, b) => tookMs(b) - tookMs(a)).slice(0, TRAILS_MAX)
  run.within('ack, 99th percentile', percentile(times, 99), ACK_P99_MS)
  run.within('ack, longest', Math.max(...times), ACK_MAX_MS)
  run.note(`ack p99 ${percentile(times, 99)} ms, longest ${Math.max(...times)} ms`)
  for (const sent of slowest) if (tookMs(sent) > ACK_MAX_MS) run.noteTrail(sent)
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}

function mostInOneSecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length))
}
