import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { machineText } from '../../bench/machine.ts'
import type { Result } from '../chaos/trading-run.ts'
import { isGood, linesOf, type Outcome, tableOfOutcomes } from '../chaos/report.ts'
import { type Tree, treeOf, workingTree } from './tree.ts'
import type { Scale } from './scene.ts'
import { blueGreen, mixed, restarted, rolledBack, rolling } from './updates.ts'
import { AFTER_NEXT, BAD, NEXT } from './versions.ts'

/**
 * `npm run rehearse:update`: replaces one version of the exchange by the next under trade, with real processes behind real load
 * balancers. The old version is the last commit, the new one is the working tree with a changed schema. Two more rehearsals
 * start from older commits.
 */

const LOG = fileURLToPath(new URL('../../docs/rehearsals/update.log', import.meta.url))
/** The first version of which several instances can share a Redis. */
const FIRST_OF_MANY = 'f185601'
/** The last version with a schema older than 0008, which runs as a single instance. */
const ALONE = '5093146'

interface Options {
  readonly only?: readonly string[]
  readonly short?: true
  readonly before: string
  readonly next: string
  readonly write?: true
}

interface Update {
  readonly name: string
  readonly title: string
  run(trees: Trees, scale: Scale): Promise<Result>
}

/** Creates trees that are removed at the end. */
type Trees = Record<'before' | 'next' | 'afterNext' | 'bad' | 'same' | 'firstOfMany' | 'alone', () => Promise<Tree>>

const UPDATES: readonly Update[] = [
  ...(['haproxy', 'nginx'] as const).map((balancer) => ({
    name: `rolling-${balancer}`,
    title: `rolling, behind ${balancer}`,
    run: async (trees: Trees, scale: Scale) =>
      rolling(balancer, {
        before: await trees.before(),
        next: await trees.next(),
        afterNext: await trees.afterNext(),
      })(scale),
  })),
  ...(['haproxy', 'nginx'] as const).map((balancer) => ({
    name: `blue-green-${balancer}`,
    title: `blue/green, behind ${balancer}`,
    run: async (trees: Trees, scale: Scale) =>
      blueGreen(balancer, {
        before: await trees.before(),
        next: await trees.next(),
        afterNext: await trees.afterNext(),
      })(scale),
  })),
  {
    name: 'rolled-back',
    title: 'a bad version, rolled back by its metrics',
    run: async (trees, scale) =>
      rolledBack('haproxy', { before: await trees.before(), next: await trees.bad() })(scale),
  },
  {
    name: 'mixed',
    title: 'gateways and leader of different versions, both ways',
    run: async (trees, scale) => mixed({ before: await trees.before(), next: await trees.next() })(scale),
  },
  {
    name: 'first-of-many',
    title: `from ${FIRST_OF_MANY}, the first version whose instances can share a Redis`,
    run: async (trees, scale) =>
      rolling('haproxy', { before: await trees.firstOfMany(), next: await trees.same() })(scale),
  },
  {
    name: 'alone',
    title: `from ${ALONE}, with an older schema and a single instance: a restart`,
    run: async (trees, scale) => restarted({ before: await trees.alone(), next: await trees.same() })(scale),
  },
]

const program = new Command('npm run rehearse:update --')
  .description('Replaces a version by the next under trade, and judges the result by the logs of the clients.')
  .option('--only <name...>', `some of ${UPDATES.map(({ name }) => name).join(', ')}`)
  .option('--short', 'fewer instances and traders, as in the tests')
  .option('--before <commit>', 'the old version', 'HEAD')
  .option('--next <commit>', 'what the new version is made from: a commit, or the working tree', 'the working tree')
  .option('--write', 'write the log to docs/rehearsals/update.log')
program.parse()
const options = program.opts<Options>()
const unknown = (options.only ?? []).filter((name) => UPDATES.every((one) => one.name !== name))
if (unknown.length > 0) program.error(`Unknown updates: ${unknown.join(', ')}.`)

await using parts = new AsyncDisposableStack()
const running = new Set<AsyncDisposable>()
parts.defer(async () => {
  for (const one of running) await one[Symbol.asyncDispose]()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void parts.disposeAsync().finally(() => process.exit(1)))
}
const trees = treesOf(options)
const log: string[] = []
const say = (text: string) => {
  log.push(text)
  console.log(text)
}
say(`\`npm run rehearse:update\`, ${machineText()}`)
say(`Old version: ${(await trees.before()).name}. New version: ${options.next}, with a changed schema.\n`)
const began = Date.now()
const scale: Scale = {
  isLong: options.short !== true,
  running,
  // Progress goes to stderr; stdout has the log.
  say: (text) => console.error(`${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${text}`),
}
const outcomes: Outcome[] = []
for (const update of UPDATES) {
  if (options.only !== undefined && !options.only.includes(update.name)) continue
  const from = Date.now()
  let outcome: Outcome
  try {
    outcome = { row: update, result: await update.run(trees, scale), error: undefined }
  } catch (error) {
    outcome = { row: update, result: undefined, error }
  }
  outcomes.push(outcome)
  say(`${linesOf(outcome).join('\n')}  (${Math.round((Date.now() - from) / 1_000)} s)`)
}
say(`\n${tableOfOutcomes(outcomes, 'update')}`)
if (options.write === true) await writeFile(LOG, `${log.join('\n')}\n`)
process.exitCode = outcomes.every(isGood) ? 0 : 1

/** Each tree is created when it is first needed. */
function treesOf({ before, next }: Pick<Options, 'before' | 'next'>): Trees {
  const made = new Map<string, Promise<Tree>>()
  const once = (name: string, make: () => Promise<Tree>) => async () => {
    const tree = made.get(name) ?? make().then((one) => parts.use(one))
    made.set(name, tree)
    return await tree
  }
  const from = (name: string, changes: typeof NEXT) =>
    once(name, () => (next === 'the working tree' ? workingTree(name, changes) : treeOf(next, changes)))
  return {
    before: once('before', () => treeOf(before)),
    next: from('next', NEXT),
    afterNext: from('after next', AFTER_NEXT),
    bad: from('bad', BAD),
    same: from('same', []),
    firstOfMany: once('first of many', () => treeOf(FIRST_OF_MANY)),
    alone: once('alone', () => treeOf(ALONE)),
  }
}
