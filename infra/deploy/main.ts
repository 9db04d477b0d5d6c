import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import {
  deployImage,
  type Ecs,
  type Fleet,
  runCommand,
  type Running,
  runningOf,
  runTaskDefinition,
} from './services.ts'

/**
 * The ECS part of .github/workflows/deploy.yml:
 *   node infra/deploy/main.ts deploy --image IMAGE    each of ECS_SERVICES in turn, the next once the last is done
 *   node infra/deploy/main.ts roll-back               restores the services deployed so far; on the same machine
 * and for operators, with only ECS_CLUSTER and ECS_SERVICES set:
 *   node infra/deploy/main.ts run [--image IMAGE] -- halt VLNT    a command of `valiant`, in a task of its own
 */

const run = promisify(execFile)
const POLL_MS = 5_000
/** Blue and green run side by side for ten minutes once the new ones are up, which takes about five. */
const DEPLOYMENT_MS_MAX = 40 * 60_000
const BEFORE_FILE = join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'valiant-before.json')

const ecs: Ecs = async (...args) => {
  const { stdout } = await run('aws', ['ecs', ...args, '--output', 'json'], { maxBuffer: 16 * 1024 * 1024 })
  return JSON.parse(stdout) as unknown
}

const setting = (name: string): string => {
  const value = process.env[name] ?? ''
  if (value === '') throw new Error(`${name} is not set: see docs/operations/deploy.md, Releases`)
  return value
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { image: { type: 'string' } } })
const [command, ...rest] = positionals
const fleet: Fleet = {
  ecs,
  cluster: setting('ECS_CLUSTER'),
  say: (text) => console.log(text),
  pollMs: POLL_MS,
  deploymentMsMax: DEPLOYMENT_MS_MAX,
}

const services = setting('ECS_SERVICES').split(/[\s,]+/)
if (command === 'deploy' && values.image !== undefined) {
  const before: Running[] = []
  for (const service of services) {
    const running = await runningOf(fleet, service)
    before.push(running)
    await writeFile(BEFORE_FILE, JSON.stringify(before))
    await deployImage(fleet, running, values.image)
  }
} else if (command === 'roll-back') {
  const before = JSON.parse(await readFile(BEFORE_FILE, 'utf8')) as Running[]
  const failed: unknown[] = []
  // A failed rollback must not prevent the others.
  for (const each of before.toReversed())
    await runTaskDefinition(fleet, each).catch((error: unknown) => failed.push(error))
  if (failed.length > 0) throw new AggregateError(failed, 'some services were not rolled back')
} else if (command === 'run' && rest.length > 0) {
  const { image } = values
  const wanted = { service: services[0] ?? '', command: ['node', 'server/cli.ts', ...rest] }
  await runCommand(fleet, { ...wanted, ...(image !== undefined && { image }) })
} else {
  throw new Error('expected: deploy --image IMAGE, roll-back, or run [--image IMAGE] -- COMMAND')
}
