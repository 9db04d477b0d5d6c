import { fileURLToPath } from 'node:url'
import { Argument, Command } from 'commander'
import { benchBook, TURNS } from './book.ts'
import { type FanOutCase, fanOut } from './fan-out.ts'
import { type Growth, growth } from './growth.ts'
import { historyTable, historyTimes } from './history.ts'
import { machineText, reportGate, worseOf } from './machine.ts'
import { idleSockets } from './memory.ts'
import { measureOrders, ORDER_MEASUREMENTS } from './orders.ts'
import { openRig, type Rig } from './rig.ts'
import { medianOf } from './quantiles.ts'
import { type Question, type Row, rowOf } from './row.ts'
import { tableOf, writeIntoPage } from './table.ts'

/** `npm run bench`: ratios to yardsticks measured in the same run, and how costs grow. */

const NAMES = ['book', 'engine', ...ORDER_MEASUREMENTS, 'fanout', 'memory', 'growth', 'history'] as const
type Name = (typeof NAMES)[number]
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const ORDER_BOOK = 'nodejs-order-book'
const WS = 'bare ws'
const QUESTIONS = {
  book: { name: 'book', yardstick: ORDER_BOOK, goal: 40 },
  engine: { name: 'engine', yardstick: ORDER_BOOK, goal: 10 },
  bookInShortTurns: { name: 'book, in short turns', yardstick: ORDER_BOOK },
  engineInShortTurns: { name: 'engine, in short turns', yardstick: ORDER_BOOK },
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

// Progress goes to stderr; stdout has only the rows.
const say = (text: string) => console.error(text)

const program = new Command('npm run bench --')
  .description('Measures ratios to yardsticks in the same run, and how costs grow.')
  .addArgument(new Argument('[rows...]', 'without names all but history, which writes some gigabytes').choices(NAMES))
  .option('--json', 'print one object per row in place of the tables')
  .option('--write', 'write the tables into docs/performance.md')
  .parse()
const options = program.opts<{ json?: true; write?: true }>()
const asked = (name: Name) => (program.args.length === 0 && name !== 'history') || program.args.includes(name)

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
  if (options.json === true) for (const row of rows) console.log(JSON.stringify(row))
  else console.log(table)
  if (options.write === true) writeIntoPage(PAGE, name, `${machineText()}\n\n${table}`)
}

async function measureRows(): Promise<Row[]> {
  const rig = parts.use(await openRig(say))
  return [
    ...(await measureBook(rig)),
    ...(await measureOrders({ rig, asked, say, parts })),
    ...(await measureFanOut(rig)),
    ...(await measureMemory(rig)),
  ]
}

async function measureBook({ folder }: Rig): Promise<Row[]> {
  if (!asked('book') && !asked('engine')) return []
  const before = await reportGate(folder, say)
  const whole = benchBook(TURNS.whole)
  const short = benchBook(TURNS.short)
  const gate = worseOf(before, await reportGate(folder, say))
  const row = (question: Question, ratios: readonly number[]) =>
    rowOf(
      question,
      ratios.map((ratio) => ({ ratio, gate })),
    )
  return [
    ...(asked('book') ? [row(QUESTIONS.book, whole.book), row(QUESTIONS.bookInShortTurns, short.book)] : []),
    ...(asked('engine') ? [row(QUESTIONS.engine, whole.engine), row(QUESTIONS.engineInShortTurns, short.engine)] : []),
  ]
}

async function measureFanOut({ folder }: Rig): Promise<Row[]> {
  const rows: Row[] = []
  for (const { question, of } of asked('fanout') ? FAN_OUTS : []) {
    const before = await reportGate(folder, say)
    const { ratios, gatewayMicroseconds, wsMicroseconds } = await fanOut(of)
    const gate = worseOf(before, await reportGate(folder, say))
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
  const before = await reportGate(folder, say)
  const sockets = await idleSockets()
  const gate = worseOf(before, await reportGate(folder, say))
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
