import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRedis, type TestRedis } from '../test/rig/redis.ts'
import { ackTimes, type AckComparison, sumOfParts } from './ack.ts'
import { benchBook } from './book.ts'
import { type DurableRates, durableRates } from './durable.ts'
import { type FanOutCase, fanOut } from './fan-out.ts'
import { type Growth, growth } from './growth.ts'
import { historyTable, historyTimes } from './history.ts'
import { type Gate, gateText, machineText, readGate, worseOf } from './machine.ts'
import { idleSockets } from './memory.ts'
import { openRig, PGBENCH_MISSING, type Rig, TpcB } from './rig.ts'
import { medianOf } from './quantiles.ts'
import { type Question, type Row, rowOf, rowWithout } from './row.ts'
import { Venue } from './sockets.ts'
import { tableOf, writeIntoPage } from './table.ts'

/**
 * `npm run bench -- [NAME…] [--json] [--write]`: ratios to yardsticks measured in the same run, and how costs grow. `--write`
 * updates the tables in docs/performance.md.
 */

const NAMES = [
  'book',
  'engine',
  'durable',
  'sockets',
  'ack',
  'ack-redis',
  'fanout',
  'memory',
  'growth',
  'history',
] as const
type Name = (typeof NAMES)[number]
const ROUNDS = 5
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const ORDER_BOOK = 'nodejs-order-book'
const TPC_B = 'pgbench TPC-B'
const PARTS = 'Socket.IO ack + its commit'
const PARTS_AND_REDIS = 'Socket.IO ack + its commit + Redis'
const ROW_PARTS = 'Socket.IO ack + one row'
const ROW_PARTS_AND_REDIS = 'Socket.IO ack + one row + Redis'
const WS = 'bare ws'
const QUESTIONS = {
  book: { name: 'book', yardstick: ORDER_BOOK, goal: 40 },
  engine: { name: 'engine', yardstick: ORDER_BOOK, goal: 10 },
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
  memory: { name: 'memory of an idle socket', yardstick: 'Socket.IO', goal: 1.3, isDuration: true },
} as const satisfies Record<string, Question>

/** CPU of the server per frame that a socket gets. */
const FAN_OUTS: readonly { readonly question: Question; readonly of: FanOutCase }[] = [
  { question: { name: 'fan-out, 200 sockets', yardstick: WS, goal: 1.15, isDuration: true }, of: { sockets: 200 } },
  { question: { name: 'fan-out, 1,000 sockets', yardstick: WS, goal: 1.15, isDuration: true }, of: { sockets: 1_000 } },
  {
    question: { name: 'fan-out, 1,000 terminals', yardstick: WS, goal: 1.15, isDuration: true },
    of: { sockets: 1_000, isTerminal: true },
  },
  {
    question: { name: 'fan-out, 999 sockets of 3 instances', yardstick: WS, goal: 1.15, isDuration: true },
    of: { sockets: 999, instances: 3 },
  },
]

/** The results of one round, and the state of the machine. */
interface Round {
  readonly gate: Gate
  readonly durable: DurableRates | undefined
  readonly sockets: number | undefined
  readonly ack: AckComparison | undefined
  readonly ackRedis: AckComparison | undefined
}

// Progress goes to stderr; stdout has only the rows.
const say = (text: string) => console.error(text)

const options = { json: { type: 'boolean' }, write: { type: 'boolean' } } as const
const { values, positionals } = parseArgs({ allowPositionals: true, options })
const unknown = positionals.filter((name) => !NAMES.some((known) => known === name))
if (unknown.length > 0) {
  say(`Unknown: ${unknown.join(', ')}. Expected some of ${NAMES.join(', ')}.`)
  process.exit(2)
}
/** `history` runs only when it is named, because it writes some gigabytes first. */
const asked = (name: Name) => (positionals.length === 0 && name !== 'history') || positionals.includes(name)

await using parts = new AsyncDisposableStack()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void parts.disposeAsync().finally(() => process.exit(1)))
}
const rows = NAMES.some((name) => name !== 'growth' && name !== 'history' && asked(name)) ? await measureRows() : []
if (rows.length > 0) report('figures', rows, figuresOf(rows))
if (asked('growth')) {
  const grown = [...growth()]
  report('growth', grown, growthOf(grown))
}

if (asked('history')) {
  const times = await historyTimes(parts.use(await openRig(say)), say)
  report('history', times, historyTable(times))
}

function report(name: string, rows: readonly object[], table: string): void {
  if (values.json) for (const row of rows) console.log(JSON.stringify(row))
  else console.log(table)
  if (values.write) writeIntoPage(PAGE, name, `${machineText()}\n\n${table}`)
}

async function measureRows(): Promise<Row[]> {
  const rig = parts.use(await openRig(say))
  return [
    ...(await measureBook(rig)),
    ...(await measureOrders(rig)),
    ...(await measureFanOut(rig)),
    ...(await measureMemory(rig)),
  ]
}

async function measureBook({ folder }: Rig): Promise<Row[]> {
  if (!asked('book') && !asked('engine')) return []
  const before = await gateOf(folder)
  const ratios = benchBook()
  const gate = worseOf(before, await gateOf(folder))
  const names = (['book', 'engine'] as const).filter(asked)
  return names.map((name) =>
    rowOf(
      QUESTIONS[name],
      ratios[name].map((ratio) => ({ ratio, gate })),
    ),
  )
}

async function measureFanOut({ folder }: Rig): Promise<Row[]> {
  const rows: Row[] = []
  for (const { question, of } of asked('fanout') ? FAN_OUTS : []) {
    const before = await gateOf(folder)
    const { ratios, gatewayMicroseconds, wsMicroseconds } = await fanOut(of)
    const gate = worseOf(before, await gateOf(folder))
    const figures = [gatewayMicroseconds, wsMicroseconds].map((costs) => medianOf(costs).toFixed(1))
    say(`${question.name}: ${figures.join(' and ')} µs a frame`)
    rows.push(
      rowOf(
        question,
        ratios.map((ratio) => ({ ratio, gate })),
      ),
    )
  }
  return rows
}

async function measureMemory({ folder }: Rig): Promise<Row[]> {
  if (!asked('memory')) return []
  const before = await gateOf(folder)
  const sockets = await idleSockets()
  const gate = worseOf(before, await gateOf(folder))
  const kib = (bytes: number) => (bytes / 1_024).toFixed(1)
  for (const { gateway, socketIo } of sockets) {
    const sizes = `process ${kib(gateway.rssBytes)} and ${kib(socketIo.rssBytes)} KiB`
    say(`idle socket: heap ${kib(gateway.heapBytes)} and ${kib(socketIo.heapBytes)} KiB, ${sizes}`)
  }
  return [
    rowOf(
      QUESTIONS.memory,
      sockets.map(({ gateway, socketIo }) => ({ ratio: gateway.heapBytes / socketIo.heapBytes, gate })),
    ),
  ]
}

async function measureOrders(rig: Rig): Promise<Row[]> {
  if (!(['durable', 'sockets', 'ack', 'ack-redis'] as const).some(asked)) return []
  const needsTpcB = asked('durable') || asked('sockets')
  const tpcB = needsTpcB ? await TpcB.prepare(rig) : undefined
  if (needsTpcB && tpcB === undefined) say(PGBENCH_MISSING)
  const venue = asked('sockets') || asked('ack') ? await Venue.prepare(rig) : undefined
  const redis = asked('ack-redis') ? parts.use(await startRedis()) : undefined
  const redisVenue = redis === undefined ? undefined : await Venue.prepare(rig, redis.url)

  const rounds: Round[] = []
  const bests = [await tpcB?.best()]
  let before = await gateOf(rig.folder)
  for (let number = 1; number <= ROUNDS; number++) {
    const durable = asked('durable') && tpcB !== undefined ? await durableRates(rig) : undefined
    const { sockets, ack } = venue === undefined ? {} : await measureVenue(rig, venue, tpcB !== undefined)
    const ackRedis = redisVenue === undefined ? undefined : await measureAckThrough(redis, rig, redisVenue)
    const after = await gateOf(rig.folder)
    rounds.push({ gate: worseOf(before, after), durable, sockets, ack, ackRedis })
    bests.push(await tpcB?.best())
    before = after
    say(roundText(number, rounds.at(-1), bests.at(-1)))
  }

  // TPC-B ran before and after each round: the round is compared with the mean of both.
  const tpcBRates = rounds.map((_, at) => ((bests[at]?.perSecond ?? NaN) + (bests[at + 1]?.perSecond ?? NaN)) / 2)
  const rowOfRate = (name: 'by256' | 'by1' | 'mixed' | 'sockets'): Row => {
    if (tpcB === undefined) return rowWithout(QUESTIONS[name], 'no pgbench')
    const samples = rounds.map(({ gate, durable, sockets }, at) => {
      const rate = name === 'sockets' ? sockets : durable?.[name]
      return { ratio: (rate ?? NaN) / (tpcBRates[at] ?? NaN), gate }
    })
    return rowOf(QUESTIONS[name], samples)
  }
  const rowsOfAck = (kind: 'ack' | 'ackRedis'): Row[] => {
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
  return [
    ...(asked('durable') ? [rowOfRate('by256'), rowOfRate('by1'), rowOfRate('mixed')] : []),
    ...(asked('sockets') ? [rowOfRate('sockets')] : []),
    ...(asked('ack') ? rowsOfAck('ack') : []),
    ...(asked('ack-redis') ? rowsOfAck('ackRedis') : []),
  ]
}

/** The server runs only during its measurement, because its market would use the yardstick's cores. */
async function measureVenue(rig: Rig, venue: Venue, hasTpcB: boolean): Promise<Pick<Round, 'sockets' | 'ack'>> {
  const open = parts.use(await venue.open())
  const sockets = asked('sockets') && hasTpcB ? await open.ordersPerSecond() : undefined
  const ack = asked('ack') ? await ackTimes(rig, open) : undefined
  await open[Symbol.asyncDispose]()
  return { sockets, ack }
}

async function measureAckThrough(redis: TestRedis | undefined, rig: Rig, venue: Venue): Promise<AckComparison> {
  await using open = await venue.open()
  return await ackTimes(rig, open, redis?.url)
}

async function gateOf(folder: string): Promise<Gate> {
  const gate = await readGate(folder)
  say(gateText(gate))
  return gate
}

/** The absolute figures behind the ratios, which are only valid for this machine and time. */
function roundText(number: number, round: Round | undefined, best: { perSecond: number; clients: number } | undefined) {
  const facts: string[] = []
  const add = (name: string, value: number | undefined, unit: string, digits = 0) => {
    if (value !== undefined) facts.push(`${name} ${value.toFixed(digits)}${unit}`)
  }
  add('TPC-B', best?.perSecond, `/s (${best?.clients ?? 0} clients)`)
  add('by 256', round?.durable?.by256, '/s')
  add('by 1', round?.durable?.by1, '/s')
  add('mixed', round?.durable?.mixed, '/s')
  add('sockets', round?.sockets, '/s')
  for (const [prefix, ack] of [
    ['', round?.ack],
    ['through Redis: ', round?.ackRedis],
  ] as const) {
    for (const part of ['order', 'echo', 'journal', 'row', 'redis'] as const) {
      add(`${prefix}${part} p50`, ack?.[part]?.p50Ms, ' ms', 2)
      add('p99', ack?.[part]?.p99Ms, ' ms', 2)
    }
  }
  return `round ${number} of ${ROUNDS}: ${facts.join(', ')}`
}

function figuresOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, yardstick, ratio, low, high, goal, verdict }) => [
    name,
    yardstick,
    `${ratio}x`,
    `${low} to ${high}`,
    goal === undefined ? '' : `${goal}x`,
    verdict,
  ])
  return tableOf(['what', 'yardstick', 'ratio', 'range', 'goal', 'verdict'], lines)
}

function growthOf(rows: readonly Growth[]): string {
  const lines = rows.map((row) => [
    row.instruments.toLocaleString('en'),
    row.accounts.toLocaleString('en'),
    row.resting.toLocaleString('en'),
    row.commandUs.toFixed(2),
    row.marketSecondMs?.toFixed(1) ?? '',
    row.restoreMs.toFixed(0),
    row.heapMb.toFixed(0),
  ])
  const head = [
    'instruments',
    'accounts',
    'resting orders',
    'command, µs',
    'market second, ms',
    'restore, ms',
    'memory, MiB',
  ]
  return tableOf(head, lines)
}
