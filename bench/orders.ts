import { startRedis } from '../test/rig/redis.ts'
import { type AckComparison, ackTimes, sumOfParts } from './ack.ts'
import { type DurableRates, durableRates } from './durable.ts'
import { type Gate, reportGate, worseOf } from './machine.ts'
import { PGBENCH_MISSING, type Rig, TpcB } from './rig.ts'
import { type Question, type Row, rowOf, rowWithout } from './row.ts'
import { Venue } from './sockets.ts'

export const ORDER_MEASUREMENTS = ['durable', 'sockets', 'ack', 'ack-redis'] as const
const ROUNDS = 5

const TPC_B = 'pgbench TPC-B'
const PARTS = 'Socket.IO ack + its commit'
const PARTS_AND_REDIS = 'Socket.IO ack + its commit + Redis'
const ROW_PARTS = 'Socket.IO ack + one row'
const ROW_PARTS_AND_REDIS = 'Socket.IO ack + one row + Redis'
const QUESTIONS = {
  by256: { name: 'durable, batches of 256', yardstick: TPC_B, goal: 6, commits: true },
  by1: { name: 'durable, batches of 1', yardstick: TPC_B, goal: 0.4, commits: true },
  mixed: { name: 'durable, mixed, 256', yardstick: TPC_B, commits: true },
  sockets: { name: 'sockets', yardstick: TPC_B, goal: 2, commits: true },
  ack: { name: 'ack, p50', yardstick: PARTS, goal: 1.3, isDuration: true, commits: true },
  ackRow: { name: 'ack, p50, to one row', yardstick: ROW_PARTS, goal: 1.3, isDuration: true, commits: true },
  ackTail: { name: 'ack, p99', yardstick: PARTS, isDuration: true, commits: true },
  ackRedis: { name: 'ack through Redis, p50', yardstick: PARTS_AND_REDIS, goal: 1.3, isDuration: true, commits: true },
  ackRedisRow: {
    ...{ name: 'ack through Redis, p50, to one row', yardstick: ROW_PARTS_AND_REDIS },
    ...{ goal: 1.3, isDuration: true, commits: true },
  },
  ackRedisTail: { name: 'ack through Redis, p99', yardstick: PARTS_AND_REDIS, isDuration: true, commits: true },
} as const satisfies Record<string, Question>

/** What is measured, and where. */
export interface Bench {
  readonly rig: Rig
  readonly asked: (name: (typeof ORDER_MEASUREMENTS)[number]) => boolean
  readonly say: (text: string) => void
  /** Closed when the bench ends, or is interrupted. */
  readonly parts: AsyncDisposableStack
}

/** What the rounds use; undefined if it is not needed or not there. */
interface Prepared {
  readonly tpcB: TpcB | undefined
  readonly venue: Venue | undefined
  readonly redis: { readonly url: string; readonly venue: Venue } | undefined
}

type TpcBRate = Awaited<ReturnType<TpcB['best']>>

/** The results of one round, and the state of the machine. */
interface Round {
  readonly gate: Gate
  /** Transactions per second: TPC-B runs before and after each round, and this is the mean of both. */
  readonly tpcBPerSecond: number
  readonly durable: DurableRates | undefined
  readonly sockets: number | undefined
  readonly ack: AckComparison | undefined
  readonly ackRedis: AckComparison | undefined
}

/** Orders: their commits and sockets against TPC-B, their acknowledgements against the sum of the parts. */
export async function measureOrders(bench: Bench): Promise<Row[]> {
  const { asked } = bench
  if (!ORDER_MEASUREMENTS.some(asked)) return []
  const prepared = await prepare(bench)
  const rounds = await measureRounds(bench, prepared)
  const rate = (name: 'by256' | 'by1' | 'mixed' | 'sockets') =>
    prepared.tpcB === undefined ? rowWithout(QUESTIONS[name], 'no pgbench') : rowOfRate(name, rounds)
  return [
    ...(asked('durable') ? [rate('by256'), rate('by1'), rate('mixed')] : []),
    ...(asked('sockets') ? [rate('sockets')] : []),
    ...(asked('ack') ? rowsOfAck('ack', rounds) : []),
    ...(asked('ack-redis') ? rowsOfAck('ackRedis', rounds) : []),
  ]
}

async function prepare({ rig, asked, say, parts }: Bench): Promise<Prepared> {
  const needsTpcB = asked('durable') || asked('sockets')
  const tpcB = needsTpcB ? await TpcB.prepare(rig) : undefined
  if (needsTpcB && tpcB === undefined) say(PGBENCH_MISSING)
  const venue = asked('sockets') || asked('ack') ? await Venue.prepare(rig) : undefined
  if (!asked('ack-redis')) return { tpcB, venue, redis: undefined }
  const { url } = parts.use(await startRedis())
  return { tpcB, venue, redis: { url, venue: await Venue.prepare(rig, url) } }
}

async function measureRounds(bench: Bench, { tpcB, venue, redis }: Prepared): Promise<Round[]> {
  const { rig, asked, say } = bench
  const rounds: Round[] = []
  let before = { best: await tpcB?.best(), gate: await reportGate(rig.folder, say) }
  for (let number = 1; number <= ROUNDS; number++) {
    const durable = asked('durable') && tpcB !== undefined ? await durableRates(rig) : undefined
    const { sockets, ack } = venue === undefined ? {} : await measureVenue(bench, venue, tpcB !== undefined)
    const ackRedis = redis === undefined ? undefined : await measureAckThrough(redis, rig)
    const gate = await reportGate(rig.folder, say)
    const after = { best: await tpcB?.best(), gate }
    const tpcBPerSecond = ((before.best?.perSecond ?? NaN) + (after.best?.perSecond ?? NaN)) / 2
    const round = { gate: worseOf(before.gate, gate), tpcBPerSecond, durable, sockets, ack, ackRedis }
    rounds.push(round)
    before = after
    say(roundText(number, round, after.best))
  }
  return rounds
}

/** The server runs only during its measurement, because its market would use the yardstick's cores. */
async function measureVenue(
  { rig, asked, parts }: Bench,
  venue: Venue,
  hasTpcB: boolean,
): Promise<Pick<Round, 'sockets' | 'ack'>> {
  const open = parts.use(await venue.open())
  const sockets = asked('sockets') && hasTpcB ? await open.ordersPerSecond() : undefined
  const ack = asked('ack') ? await ackTimes(rig, open) : undefined
  await open[Symbol.asyncDispose]()
  return { sockets, ack }
}

async function measureAckThrough({ url, venue }: { url: string; venue: Venue }, rig: Rig): Promise<AckComparison> {
  await using open = await venue.open()
  return await ackTimes(rig, open, url)
}

function rowOfRate(name: 'by256' | 'by1' | 'mixed' | 'sockets', rounds: readonly Round[]): Row {
  const samples = rounds.map(({ gate, durable, sockets, tpcBPerSecond }) => {
    const rate = name === 'sockets' ? sockets : durable?.[name]
    return { ratio: (rate ?? NaN) / tpcBPerSecond, gate }
  })
  return rowOf(QUESTIONS[name], samples)
}

function rowsOfAck(kind: 'ack' | 'ackRedis', rounds: readonly Round[]): Row[] {
  const rowOfAck = (question: Question, commit: 'row' | 'journal', of: 'p50Ms' | 'p99Ms'): Row => {
    const samples = rounds.map(({ [kind]: ack, gate }) => {
      return { ratio: ack === undefined ? NaN : ack.order[of] / sumOfParts(ack, commit, of), gate }
    })
    return rowOf(question, samples)
  }
  return [
    rowOfAck(QUESTIONS[kind], 'journal', 'p50Ms'),
    rowOfAck(QUESTIONS[`${kind}Row`], 'row', 'p50Ms'),
    rowOfAck(QUESTIONS[`${kind}Tail`], 'journal', 'p99Ms'),
  ]
}

/** The absolute figures behind the ratios, which are only valid for this machine and time. */
function roundText(number: number, round: Round, best: TpcBRate | undefined): string {
  const facts: string[] = []
  const add = (name: string, value: number | undefined, unit: string, digits = 0) => {
    if (value !== undefined) facts.push(`${name} ${value.toFixed(digits)}${unit}`)
  }
  add('TPC-B', best?.perSecond, `/s (${best?.clients ?? 0} clients)`)
  add('by 256', round.durable?.by256, '/s')
  add('by 1', round.durable?.by1, '/s')
  add('mixed', round.durable?.mixed, '/s')
  add('sockets', round.sockets, '/s')
  for (const [prefix, ack] of [
    ['', round.ack],
    ['through Redis: ', round.ackRedis],
  ] as const) {
    for (const part of ['order', 'echo', 'journal', 'row', 'redis'] as const) {
      add(`${prefix}${part} p50`, ack?.[part]?.p50Ms, ' ms', 2)
      add('p99', ack?.[part]?.p99Ms, ' ms', 2)
    }
  }
  return `round ${number} of ${ROUNDS}: ${facts.join(', ')}`
}
