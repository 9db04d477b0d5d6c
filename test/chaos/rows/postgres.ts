import { setTimeout as delay } from 'node:timers/promises'
import type { Arena } from '../arena.ts'
import type { TradingRun, Result } from '../trading-run.ts'
import type { Scale } from '../row.ts'
import { openTradingRun } from './open-trading-run.ts'
import { fires, isCommit } from './statements.ts'

const BACK_MS = 3_000
const GAP_MS = 1_000
const SLOW_MS = 800
const IN_DOUBT_MS = 6_000

/** The link breaks after a commit was sent, so the leader does not know whether it was written. */
export async function cutCommitAnswers(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const breaks = ['cut_answer', 'cut', 'cut_answer', 'freeze'] as const
  let longestMs = 0
  for (let round = 0; round < (isLong ? 200 : breaks.length); round++) {
    const leader = await fleet.leader()
    const { epoch } = await fleet.lease()
    const how = breaks[round % breaks.length] ?? 'cut'
    await fires(leader.postgres, isCommit, () => how)
    const brokenAt = Date.now()
    // The frozen commit arrives after a new epoch has fenced it.
    if (how === 'freeze') {
      await fleet.ledAfter(epoch)
      leader.postgres.mend()
    }
    await fleet.ledAfter(epoch)
    longestMs = Math.max(longestMs, await run.recovered(brokenAt, { maxMs: IN_DOUBT_MS }))
  }
  run.note(`every commit in doubt was settled, after ${longestMs} ms at most`)
  return run.close()
}

/** Postgres is stopped and started again. */
export async function stopPostgres(arena: Arena, { isLong }: Scale): Promise<Result> {
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const pids = pidsOf(arena)
  const stoppedAt = Date.now()
  await arena.stopPostgres()
  const awayFrom = Date.now()
  await delay(isLong ? 20_000 : 4_000)
  const awayTo = Date.now()
  await mustNotExecute(run, awayFrom, awayTo)
  run.must(
    'sockets got the status `degraded`',
    run.log.statuses.some(({ at, market }) => at >= stoppedAt && market === 'degraded'),
  )
  run.must('prices continued, marked as indicative', run.log.indicative > 0)
  await arena.startPostgres()
  await run.recovered(Date.now(), { maxMs: BACK_MS })
  run.within('a socket without prices', run.quotesGapMs, GAP_MS)
  run.must('no server was restarted', samePids(arena, pids))
  return run.close()
}

/** Every answer of Postgres is delayed by 800 ms. */
export async function slowPostgres(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const pids = pidsOf(arena)
  for (const { postgres } of fleet.members) postgres.slow(SLOW_MS)
  await run.goOn(isLong ? 20_000 : 5_000)
  for (const { postgres } of fleet.members) postgres.slow(0)
  await run.recovered(Date.now(), { maxMs: BACK_MS })
  run.within('a socket without prices', run.quotesGapMs, GAP_MS)
  run.must('no server was restarted', samePids(arena, pids))
  return run.close()
}

/** Orders sent while Postgres was stopped must not be acknowledged during that time. */
async function mustNotExecute(run: TradingRun, fromMs: number, toMs: number): Promise<void> {
  const acked = (await Array.fromAsync(run.log.orders())).filter(
    ({ reported, sentAt, reportedAt }) => reported?.as === 'acked' && sentAt >= fromMs && reportedAt <= toMs,
  )
  run.must(`${acked.length} orders acked while Postgres was away`, acked.length === 0)
}

export const pidsOf = (arena: Arena): number[] => arena.fleet.members.map(({ pid }) => pid)
export const samePids = (arena: Arena, before: readonly number[]): boolean =>
  pidsOf(arena).every((pid, at) => pid === before[at]) &&
  arena.fleet.members.every(({ unexpectedExits }) => unexpectedExits === 0)
