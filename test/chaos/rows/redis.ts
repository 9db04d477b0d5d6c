import { setTimeout as delay } from 'node:timers/promises'
import type { Arena } from '../arena.ts'
import type { TradingRun, Result } from '../trading-run.ts'
import type { Scale } from '../row.ts'
import { openTradingRun } from './open-trading-run.ts'
import { pidsOf, samePids } from './postgres.ts'

const FRESH_MS = 2_000
const BACK_MS = 3_000
const CLOCK_BACK_S = -3_600

interface Outage {
  /** Duration of the outage. */
  readonly awayMs: number
  readonly begin: (arena: Arena) => void | Promise<void>
  readonly end: (arena: Arena) => void | Promise<void>
  /** Limit for the first frames after it has ended. */
  readonly freshMs?: number
}

/** An outage of Redis, during which servers and sockets must stay. */
async function outage(
  arena: Arena,
  { isLong }: Scale,
  { awayMs, begin, end, freshMs = FRESH_MS }: Outage,
): Promise<Result> {
  const run = await openTradingRun(arena, { isLong, via: 'haproxy' })
  const pids = pidsOf(arena)
  await begin(arena)
  await delay(awayMs)
  const connectionsBefore = run.log.connections.length
  await end(arena)
  const backAt = Date.now()
  await freshQuotes(run, backAt, freshMs)
  await run.recovered(backAt, { maxMs: BACK_MS })
  run.must('no server was restarted', samePids(arena, pids))
  run.must('sockets stayed', run.log.connections.length === connectionsBefore && connectionsBefore === 0)
  return run.close()
}

async function freshQuotes(run: TradingRun, backAt: number, maxMs: number): Promise<void> {
  const deadline = backAt + 30_000
  while (run.traders.some(({ heardAt }) => heardAt < backAt) && Date.now() < deadline) await delay(5)
  const tookMs = Math.max(...run.traders.map(({ heardAt }) => heardAt)) - backAt
  run.must(
    'every socket got prices again',
    run.traders.every(({ heardAt }) => heardAt >= backAt),
  )
  run.within('fresh prices', tookMs, maxMs)
  run.note(`fresh prices on every socket ${tookMs} ms after the outage`)
}

export const killRedis = (arena: Arena, scale: Scale): Promise<Result> =>
  outage(arena, scale, {
    awayMs: scale.isLong ? 10_000 : 2_000,
    begin: () => arena.redis.kill(),
    end: () => arena.redis.restart(),
  })

export const flushRedis = (arena: Arena, scale: Scale): Promise<Result> =>
  outage(arena, scale, { awayMs: 0, begin: () => arena.redis.flush(), end: () => undefined })

/** The stream is lost, and new entries have lower ids than those that were already read. */
export async function setRedisClockBack(arena: Arena, scale: Scale): Promise<Result> {
  try {
    return await outage(arena, scale, {
      awayMs: 500,
      begin: () => arena.redis.kill(),
      end: async () => {
        await arena.redis.setClock(CLOCK_BACK_S)
        await arena.redis.restart()
      },
    })
  } finally {
    await arena.redis.setClock(0)
    await arena.redis.restart()
  }
}

export const freezeRedis = (arena: Arena, scale: Scale): Promise<Result> =>
  outage(arena, scale, {
    awayMs: scale.isLong ? 10_000 : 4_000,
    begin: () => {
      for (const { redis } of arena.fleet.members) redis?.freeze()
    },
    end: () => {
      for (const { redis } of arena.fleet.members) redis?.mend()
    },
  })

/** One gateway is cut off: its sockets get the status `degraded`, the others notice nothing. */
export async function cutGateway(arena: Arena, { isLong }: Scale): Promise<Result> {
  const { fleet } = arena
  const run = await openTradingRun(arena, { isLong, via: 'straight' })
  const pids = pidsOf(arena)
  const leader = await fleet.leader()
  const at = fleet.members.findIndex((member) => member !== leader)
  const cut = fleet.members[at]
  if (cut === undefined) throw new Error('expected a gateway that does not lead')
  const isAtCut = (trader: number) => trader % fleet.members.length === at
  const cutAt = Date.now()
  cut.redis?.cut()
  await delay(isLong ? 15_000 : 4_000)
  const degraded = run.log.statuses.filter((status) => status.at >= cutAt && status.market === 'degraded')
  run.must(
    'the sockets of the gateway got the status `degraded`',
    degraded.some(({ trader }) => isAtCut(trader)),
  )
  run.must(
    'no other socket got it',
    degraded.every(({ trader }) => isAtCut(trader)),
  )
  const others = run.traders.filter((_, number) => !isAtCut(number))
  run.within('prices of the others', Math.max(...others.map(({ longestQuietMs }) => longestQuietMs)), 1_000)
  cut.redis?.mend()
  const backAt = Date.now()
  await freshQuotes(run, backAt, FRESH_MS)
  await run.recovered(backAt, { maxMs: BACK_MS })
  run.must('no server was restarted', samePids(arena, pids))
  return run.close()
}
