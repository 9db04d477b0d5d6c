import { setTimeout as delay } from 'node:timers/promises'
import type { Arena } from '../arena.ts'
import type { TradingRun, Result } from '../trading-run.ts'
import type { Scale } from '../rows.ts'
import { openTradingRun } from './open-trading-run.ts'
import { fires, isCommit } from './statements.ts'

const BACK_MS = 3_000
const GAP_MS = 1_000
const SLOW_MS = 800
const IN_DOUBT_MS = 6_000

/** The link breaks when a commit has been sent: written, not written or on its way, nobody is told. */
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
    // What was frozen arrives when whoever leads has long fenced it off.
    if (how === 'freeze') {
      await fleet.ledAfter(epoch)
      leader.postgres.mend()
    }
    await fleet.ledAfter(epoch)
    longestMs = Math.max(longestMs, await run.recovered(brokenAt, { maxMs: IN_DOUBT_MS }))
  }
  run.note(`every commit in doubt was settled, the last one after ${longestMs} ms at most`)
  return run.close()
}

/** Postgres is shut down, and started again. */
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
    'sockets were told `degraded`',
    run.log.statuses.some(({ at, market }) => at >= stoppedAt && market === 'degraded'),
  )
  run.must('prices went on, marked indicative', run.log.indicative > 0)
  await arena.startPostgres()
  await run.recovered(Date.now(), { maxMs: BACK_MS })
  run.within('a socket without prices', run.quotesGapMs, GAP_MS)
  run.must('no server was restarted', samePids(arena, pids))
  return run.close()
}

/** Every answer of Postgres takes most of a second longer. */
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

/** What was asked while nothing could be written was not executed then. */
async function mustNotExecute(run: TradingRun, fromMs: number, toMs: number): Promise<void> {
  const acked = (await Array.fromAsync(run.log.orders())).filter(
    ({ told, sentAt, toldAt }) => told?.as === 'acked' && sentAt >= fromMs && toldAt <= toMs,
  )
  run.must(`${acked.length} orders acked while Postgres was away`, acked.length === 0)
}

export const pidsOf = (arena: Arena): number[] => arena.fleet.members.map(({ pid }) => pid)
export const samePids = (arena: Arena, before: readonly number[]): boolean =>
  pidsOf(arena).every((pid, at) => pid === before[at]) && arena.fleet.members.every(({ unwished }) => unwished === 0)
