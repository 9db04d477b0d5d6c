import { type Command, Option } from 'commander'
import { commandAddress } from './command-database.ts'
import { HeaviestStatements, type Order, ORDERS, type StatementCost } from '../database/heaviest-statements.ts'
import { StartupError } from '../database/startup-error.ts'

interface Options {
  readonly limit: string
  readonly by: Order
  readonly json?: boolean
  readonly plans?: boolean
  readonly reset?: boolean
}

/** @param root the folder of the installation */
export function addQueriesCommand(program: Command, root: string): void {
  program
    .command('queries')
    .description('list the heaviest statements of the database (DATABASE_URL, else the embedded one)')
    .option('--limit <number>', 'number of statements', '10')
    .addOption(
      new Option('--by <order>', 'sort by total or mean time, calls, or blocks not found in the cache')
        .choices(Object.keys(ORDERS))
        .default('total'),
    )
    .option('--plans', 'show the generic plan of each (EXPLAIN GENERIC_PLAN)')
    .option('--json', 'JSON output, one object per line')
    .option('--reset', 'reset the counters afterwards')
    .addHelpText(
      'after',
      '\nReads pg_stat_statements, which counts since the last --reset, across restarts. Statements inside functions are\n' +
        "counted if pg_stat_statements.track is 'all'. See docs/profiling.md for how to read the output.",
    )
    .action((options: Options) => listQueries(options, root))
}

async function listQueries({ limit, by, json = false, plans = false, reset = false }: Options, root: string) {
  const count = /^[1-9]\d{0,3}$/.test(limit) ? Number(limit) : undefined
  if (count === undefined) throw new StartupError(`Expected a number from 1 to 9999 as --limit, found ${limit}.`)
  await using parts = new AsyncDisposableStack()
  const { directUrl } = await commandAddress(root, parts)
  const statements = parts.use(await HeaviestStatements.open(directUrl))
  const costs = await statements.list(by, count)
  const planned = await mapInTurn(costs, async (cost) => ({
    ...cost,
    ...(plans && { plan: await statements.planOf(cost) }),
  }))
  if (json) for (const cost of planned) console.log(JSON.stringify(cost))
  else console.log(planned.length === 0 ? 'No statements have been counted yet.' : tableOf(planned).join('\n'))
  if (reset) await statements.forget()
}

async function mapInTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}

const HEADER = ['total', 'share', 'calls', 'mean', 'max', 'rows', 'cached', 'statement']

/** Aligned columns, with the statement last because its length varies; its plan, if any, follows on the next lines. */
function tableOf(costs: readonly (StatementCost & { readonly plan?: readonly string[] })[]): string[] {
  const rows = [HEADER, ...costs.map(cellsOf)]
  const widths = HEADER.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === HEADER.length - 1 ? cell : cell.padStart(widths[at] ?? 0))).join('  '),
  )
  return lines.flatMap((line, at) => [line, ...(costs[at - 1]?.plan ?? []).map((step) => `    ${step}`)])
}

const cellsOf = (cost: StatementCost): string[] => [
  msOf(cost.totalMs),
  percentOf(cost.share),
  cost.calls.toLocaleString('en-US'),
  msOf(cost.meanMs),
  msOf(cost.maxMs),
  cost.rowsPerCall.toFixed(cost.rowsPerCall < 10 ? 1 : 0),
  cost.cacheShare === undefined ? '' : percentOf(cost.cacheShare),
  cost.name,
]

const msOf = (ms: number): string => `${ms.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ms`
const percentOf = (share: number): string => `${(100 * share).toFixed(1)} %`
