import { Command, Option } from 'commander'
import { wholeNumber } from '../rig/arguments.ts'
import { genesis } from './genesis.ts'
import { runHistory } from './history.ts'
import { PLANTS } from './planted/plants.ts'
import { runSeeds } from './run-seeds.ts'

interface Options {
  readonly seed?: number
  readonly seeds: number
  readonly from: number
  readonly plant?: string
}

const options = new Command('npm run sim --')
  .description('Runs many histories of a simulated deployment, each with faults of its own, and checks their promises.')
  .option('--seeds <count>', 'number of histories', wholeNumber, 2_000)
  .option('--from <seed>', 'the first of their seeds', wholeNumber, 1)
  .option('--seed <seed>', 'run only this one, and print its trace', wholeNumber)
  .addOption(new Option('--plant <name>', 'with --seed: add a bug').choices(Object.keys(PLANTS)))
  .parse()
  .opts<Options>()

const FAILURES_TOLD_MAX = 20
const PROGRESS_SEEDS = 1_000

if (options.seed === undefined) await runMany(options.seeds, options.from)
else await runOne(options.seed, options.plant)
// Timers of the histories are left, so the process must exit explicitly, but only after a pipe has taken the output.
process.stdout.write('', () => process.exit())

async function runOne(seed: number, plant: string | undefined): Promise<void> {
  const planted = (plant === undefined ? undefined : PLANTS[plant]) ?? {}
  const { lines, faults, violations, hash, virtualMs } = await runHistory({
    ...{ seed, genesis: await genesis(), plant: planted, isTold: true },
  })
  console.log(lines.join('\n'))
  console.log(`\nfaults of seed ${seed}:`)
  for (const fault of faults) console.log(`  ${JSON.stringify(fault)}`)
  console.log(`${(virtualMs / 1_000).toFixed(1)} s of virtual time, trace ${hash}`)
  for (const { rule, found } of violations) console.log(`VIOLATION ${rule}: ${found}`)
  if (violations.length > 0) process.exitCode = 1
}

async function runMany(count: number, from: number): Promise<void> {
  const startedAt = performance.now()
  const sum = { seeds: 0, failed: 0, events: 0, virtualMs: 0, commits: 0, replies: 0 }
  await runSeeds({ from, count }, ({ seed, violations, events, virtualMs, commits, replies }) => {
    sum.seeds += 1
    sum.events += events
    sum.virtualMs += virtualMs
    sum.commits += commits
    sum.replies += replies
    if (sum.seeds % PROGRESS_SEEDS === 0) console.error(`${sum.seeds} of ${count}`)
    const [first] = violations
    if (first === undefined) return
    sum.failed += 1
    if (sum.failed <= FAILURES_TOLD_MAX) console.log(`seed ${seed}: ${first.rule}: ${first.found}`)
  })
  const seconds = (performance.now() - startedAt) / 1_000
  const hours = (sum.virtualMs / 3_600_000).toFixed(1)
  console.log(
    `${sum.seeds} histories, ${hours} h of virtual time, ${sum.events} events, ${sum.commits} commits, ${sum.replies} answers in ${seconds.toFixed(0)} s: ${sum.failed} failed`,
  )
  if (sum.failed > 0) {
    console.log('To run one again with its trace: npm run sim -- --seed N')
    process.exitCode = 1
  }
}
