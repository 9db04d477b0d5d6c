import { Command } from 'commander'
import { machineText } from '../../bench/machine.ts'
import { writeIntoPage } from '../../bench/table.ts'
import { Chance } from '../fuzz/chance.ts'
import { positiveNumber } from '../rig/arguments.ts'
import { Arena } from './arena.ts'
import { FAULTS_PAGE, isGood, linesOf, type Outcome, tableOfOutcomes } from './report.ts'
import type { Row } from './row.ts'
import { ROWS } from './rows.ts'

/**
 * `npm run chaos`: real servers behind real load balancers, a real Postgres and Redis, and one fault after the other. `--write`
 * updates the table in docs/faults.md.
 */

interface Options {
  readonly only?: readonly string[]
  readonly short?: true
  readonly soak?: number | true
  readonly seed: number
  readonly json?: true
  readonly write?: true
}

const SOAK_HOURS = 8
const HOUR_MS = 3_600_000

const program = new Command('npm run chaos --')
  .description('Injects one fault after the other under trade, and judges the result by the logs of the clients.')
  .option('--only <name...>', `some rows of ${ROWS.map(({ name }) => name).join(', ')}`)
  .option('--short', 'fewer repeats and shorter waits, as in the tests')
  .option('--soak [hours]', `random rows for this many hours (default: ${SOAK_HOURS})`, positiveNumber)
  .option('--seed <number>', 'seed of the order in a soak', positiveNumber, Date.now() % 1_000_000)
  .option('--json', 'print one object per row instead of the table')
  .option('--write', 'write the table into docs/faults.md')
program.parse()
const options = program.opts<Options>()
const rows = chosen(options.only)

await using parts = new AsyncDisposableStack()
let ending: Promise<void> | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    ending ??= parts.disposeAsync().finally(() => process.exit(1))
  })
}
// Progress goes to stderr; stdout has only the table.
const say = (text: string) => console.error(text)
say('Starting Postgres, Redis, three servers and two load balancers…')
let arena = parts.use(await Arena.open())
const outcomes =
  options.soak === undefined ? await runAll() : await soak(options.soak === true ? SOAK_HOURS : options.soak)

if (options.json === true) {
  for (const { row, result } of outcomes) console.log(JSON.stringify({ name: row.name, ...result }))
} else console.log(tableOfOutcomes(outcomes))
const form = options.short === true ? 'The short form.' : 'In full.'
if (options.write === true) {
  writeIntoPage(FAULTS_PAGE, 'last run', `${machineText()} ${form}\n\n${tableOfOutcomes(outcomes)}`)
}
process.exitCode = outcomes.every(isGood) ? 0 : 1

async function runAll(): Promise<Outcome[]> {
  const done: Outcome[] = []
  for (const row of rows) done.push(await run(row, options.short !== true))
  return done
}

/** The seed only determines the order of rows; within a row, timing depends on the machine. */
async function soak(hours: number): Promise<Outcome[]> {
  say(`soak for ${hours} h, seed ${options.seed}`)
  const endAt = Date.now() + hours * HOUR_MS
  const chance = new Chance(options.seed)
  const done: Outcome[] = []
  while (Date.now() < endAt) {
    done.push(await run(chance.one(rows), options.short !== true && chance.oneIn(2)))
  }
  return done
}

async function run(row: Row, isLong: boolean): Promise<Outcome> {
  const from = Date.now()
  say(`${row.name}…`)
  let outcome: Outcome
  try {
    outcome = { row, result: await row.run(arena, { isLong }), error: undefined }
  } catch (error) {
    // After a signal the arena was closed under the row, so its error means nothing: wait for the exit.
    await ending
    outcome = { row, result: undefined, error }
    // A failed row may leave anything behind, so the next one gets a new arena.
    await arena[Symbol.asyncDispose]()
    arena = parts.use(await Arena.open())
  }
  say(`${linesOf(outcome).join('\n')}  (${Math.round((Date.now() - from) / 1_000)} s)`)
  return outcome
}

function chosen(names: readonly string[] | undefined): readonly Row[] {
  if (names === undefined) return ROWS
  const unknown = names.filter((name) => ROWS.every((row) => row.name !== name))
  if (unknown.length > 0) program.error(`Unknown rows: ${unknown.join(', ')}.`)
  return ROWS.filter(({ name }) => names.includes(name))
}
