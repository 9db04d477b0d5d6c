import { setTimeout as delay } from 'node:timers/promises'
import { Arena } from '../chaos/arena.ts'
import { TradingRun, type Result } from '../chaos/trading-run.ts'
import { type Asked, isExecuted } from '../chaos/trading-log.ts'
import type { BalancerName } from '../rig/balancer.ts'
import type { Member } from '../rig/fleet.ts'
import { freePort } from '../rig/server.ts'
import type { Tree } from './tree.ts'
import { watched } from './watch.ts'

/** How an update goes, and what it must not do to those who trade. */

export interface Scale {
  /** The rehearsal as it is to be; else enough to see that it holds, on a machine that others use. */
  readonly isLong: boolean
  /** Told of each step as it is made. */
  readonly say: (text: string) => void
  /** What runs, for who has to end it before its time. */
  readonly running: Set<AsyncDisposable>
}

export interface Versions {
  readonly before: Tree
  readonly next: Tree
  /** What the schema becomes once none of `before` runs; undefined where nothing is to become of it. */
  readonly afterNext?: Tree
}

const FEEDLESS_MS = 2_000
const RECOVERED_MS = 4_000
const PACE_MS = 200
const TRAILS_MAX = 5
const TURNS_MS_MAX = 60_000
const instancesOf = ({ isLong }: Pick<Scale, 'isLong'>): number => (isLong ? 3 : 2)
/** How long each new instance is watched before the next step. */
const bakeMsOf = ({ isLong }: Pick<Scale, 'isLong'>): number => (isLong ? 5_000 : 1_500)

interface Scene extends AsyncDisposable {
  readonly scale: Scale
  readonly balancer: BalancerName
  readonly arena: Arena
  readonly run: TradingRun
  readonly blue: readonly Member[]
  readonly green: readonly Green[]
  readonly canary: Green | undefined
}

interface Green {
  readonly member: Member
  readonly metricsUrl: string
}

/** One instance after the other is replaced: a new one comes up beside the old ones, then an old one is drained. */
export const rolling =
  (balancer: BalancerName, versions: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using scene = await open(scale, { balancer, from: versions.before, to: versions.next, isRouted: true })
    await roll(scene, versions)
    return await judged(scene)
  }

async function roll(scene: Scene, versions: Versions): Promise<void> {
  const { blue, green, scale } = scene
  for (const [i, { member, metricsUrl }] of green.entries()) {
    await startNext(scene, member)
    await reroute(scene)
    await drain(scene, blue[i])
    mustBeQuiet(scene, await watched(metricsUrl, bakeMsOf(scale)))
  }
  await contract(scene, versions)
  await bothWrote(scene)
}

/** All of green beside blue, with the schema expanded before; the balancer turns; blue is drained. */
export const blueGreen =
  (balancer: BalancerName, versions: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using scene = await open(scale, { balancer, from: versions.before, to: versions.next, isRouted: false })
    const { arena, blue, green } = scene
    const from = Date.now()
    tell(scene, `${(await versions.next.migrate(arena.databaseUrl)).split('\n').join(' ')} (${Date.now() - from} ms)`)
    // One after the other: they share this machine with those that trade.
    for (const { member } of green) await startNext(scene, member)
    await arena.balancers[balancer].route(green.map(({ member }) => member.port))
    tell(scene, 'the balancer has turned to green')
    // Who comes is green's from here on; who is there stays with blue until blue is drained.
    await Promise.all(blue.map((member) => drain(scene, member)))
    const looks = await Promise.all(green.map(({ metricsUrl }) => watched(metricsUrl, bakeMsOf(scale))))
    for (const turned of looks) mustBeQuiet(scene, turned)
    await contract(scene, versions)
    await bothWrote(scene)
    return await judged(scene)
  }

/** The first new instance is bad: its metrics stop the update, and the version before takes its place again. */
export const rolledBack =
  (balancer: BalancerName, { before, next: bad }: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using scene = await open(scale, { balancer, from: before, to: bad, isRouted: true })
    await turnBack(scene, scene.green[0])
    return await judged(scene)
  }

async function turnBack(scene: Scene, bad: Green | undefined): Promise<void> {
  const { run, blue } = scene
  const [old] = blue
  if (bad === undefined || old === undefined) throw new Error('expected a bad instance, and one before it')
  await startNext(scene, bad.member)
  await reroute(scene)
  await drain(scene, old)
  const from = Date.now()
  const turned = await watched(bad.metricsUrl, TURNS_MS_MAX)
  run.must('the metrics of the bad version turned bad', turned !== undefined)
  tell(scene, `the update is stopped after ${Date.now() - from} ms: ${turned ?? 'nothing'}`)
  // The schema stays expanded: the version before starts on it.
  await old.start()
  await reroute(scene)
  await drain(scene, bad.member)
  tell(scene, `rolled back ${Date.now() - from} ms after it was drained into`)
}

/** Both, one after the other: the bad one is mended, and comes again. */
export const mended =
  (balancer: BalancerName, { bad, ...versions }: Versions & { readonly bad: Tree }) =>
  async (scale: Scale): Promise<Result> => {
    const { before: from, next: to } = versions
    await using scene = await open(scale, { balancer, from, to, isRouted: true, canary: bad })
    await turnBack(scene, scene.canary)
    await roll(scene, versions)
    return await judged(scene)
  }

/** A version that cannot run beside the next is stopped, and the next is started on what it left. */
export const restarted =
  ({ before, next }: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using parts = new AsyncDisposableStack()
    const arena = parts.use(await Arena.open({ servers: 1, main: before.main, environment: drainOf('haproxy') }))
    scale.running.add(arena)
    parts.defer(() => void scale.running.delete(arena))
    const { fleet, balancers } = arena
    const [last] = fleet.members
    const first = await fleet.prepare({ main: next.main })
    await balancers.haproxy.route(fleet.ports)
    const run = await openTradingRun(arena, 'haproxy', scale)
    parts.defer(() => {
      for (const trader of run.traders) trader.close()
    })
    const from = Date.now()
    run.must('the version before ended with 0 on SIGTERM', (await last?.stop()) === 0)
    await first.start()
    tell({ run, scale }, `ready again ${Date.now() - from} ms after SIGTERM${migrationsIn(first.log())}`)
    await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
    run.note((await unanswered(run)).text)
    return await run.close()
  }

function tell({ run, scale }: Pick<Scene, 'run' | 'scale'>, text: string): void {
  run.note(text)
  scale.say(text)
}

/** nginx finds out by itself that nobody listens; haproxy asks. */
const drainOf = (balancer: BalancerName) => ({ DRAIN_NOTICE_MS: balancer === 'nginx' ? '0' : '1500' })

interface Opening {
  readonly balancer: BalancerName
  readonly from: Tree
  readonly to: Tree
  /** The balancer has the places of the new ones too, which nobody serves yet. */
  readonly isRouted: boolean
  /** One that is tried before them. */
  readonly canary?: Tree
}

async function prepare({ fleet }: Arena, { main }: Tree): Promise<Green> {
  const port = await freePort()
  const member = await fleet.prepare({ main, environment: { METRICS_PORT: String(port) } })
  return { member, metricsUrl: `http://127.0.0.1:${port}/metrics` }
}

async function open(scale: Scale, { balancer, from, to, isRouted, canary }: Opening): Promise<Scene> {
  await using parts = new AsyncDisposableStack()
  const servers = instancesOf(scale)
  const environment = drainOf(balancer)
  const arena = parts.use(await Arena.open({ servers, main: from.main, environment }))
  scale.running.add(arena)
  parts.defer(() => void scale.running.delete(arena))
  const { fleet } = arena
  const blue = [...fleet.members]
  const green: Green[] = []
  for (let i = 0; i < servers; i++) {
    green.push(await prepare(arena, to))
  }
  const spare = canary && (await prepare(arena, canary))
  // In a rolling update a place that nobody serves yet is one that fails its check; or green has a balancer to itself.
  if (isRouted && balancer === 'haproxy') await arena.balancers[balancer].route(fleet.ports)
  const run = await openTradingRun(arena, balancer, scale)
  parts.defer(() => {
    for (const trader of run.traders) trader.close()
  })
  const closing = parts.move()
  return {
    scale,
    balancer,
    arena,
    run,
    blue,
    green,
    canary: spare,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

const openTradingRun = (arena: Arena, balancer: BalancerName, { isLong }: Scale): Promise<TradingRun> =>
  TradingRun.open(
    arena,
    { traders: isLong ? 24 : 16, urls: [arena.balancers[balancer].url], paceMs: PACE_MS, againMax: 1_000 },
    isLong,
  )

async function startNext(scene: Scene, member: Member): Promise<void> {
  const from = Date.now()
  await member.start()
  tell(scene, `${member.name} of the new version is ready after ${Date.now() - from} ms${migrationsIn(member.log())}`)
}

/** nginx asks nobody, and tries three in turn: it is told of those that run, and of no place that nobody serves. */
async function reroute({ arena: { fleet, balancers }, balancer }: Scene): Promise<void> {
  if (balancer === 'haproxy') return
  await balancers.nginx.route(fleet.members.filter(({ lives }) => lives).map(({ port }) => port))
}

async function drain(scene: Scene, member: Member | undefined): Promise<void> {
  if (member === undefined) return
  const { run } = scene
  const from = Date.now()
  run.must(`${member.name} ended with 0 on SIGTERM`, (await member.stop()) === 0)
  tell(scene, `${member.name} is drained and gone after ${Date.now() - from} ms`)
  await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
}

/** On a machine that others use, acks are slow whatever the version. */
function mustBeQuiet({ run, scale }: Scene, turned: string | undefined): void {
  if (scale.isLong) run.must(`the metrics of a good version turned bad: ${turned ?? ''}`, turned === undefined)
}

/** What a server says of migrations when it starts. */
function migrationsIn(log: string): string {
  const said = log
    .split('\n')
    .map((line) => /"msg":"([^"]*[Mm]igration [^"]*)"/.exec(line)?.[1])
    .filter((text) => text !== undefined)
  return said.length === 0 ? '' : `: ${said.join(' ')}`
}

async function contract(scene: Scene, { afterNext }: Versions): Promise<void> {
  if (afterNext === undefined) return
  const { arena, run } = scene
  const from = Date.now()
  const said = await afterNext.migrate(arena.databaseUrl)
  tell(scene, `none of the old version is left: ${said.split('\n').join(' ')} (${Date.now() - from} ms)`)
  await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
  await delay(PACE_MS * 5)
}

/** Both versions have led on the one schema, where batches say who wrote them. */
async function bothWrote(scene: Scene): Promise<void> {
  const { arena, run } = scene
  const client = await arena.connection()
  try {
    const { rowCount } = await client.query(TELLS_RELEASES)
    if (rowCount === 0) return
    const { rows } = await client.query<{ release: string; count: string }>(RELEASES)
    for (const { release, count } of rows) tell(scene, `${count} batches written by the version "${release}"`)
    run.must('batches of both versions', rows.length === 2)
  } finally {
    await client.end()
  }
}
const TELLS_RELEASES = `SELECT FROM information_schema.columns WHERE table_name = 'journal_batch' AND column_name = 'release'`
const RELEASES = `SELECT release, count(*) AS count FROM journal_batch WHERE batch > 0 GROUP BY release ORDER BY min(batch)`

/** Nobody was refused for the update's sake, and nobody was without prices for long. */
async function judged({ arena, run, scale }: Scene): Promise<Result> {
  const { failed, text } = await unanswered(run)
  run.within('a socket without prices', run.quotesGapMs, FEEDLESS_MS)
  if (run.quotesGapMs > FEEDLESS_MS) run.noteLongestQuiet()
  for (const asked of failed.slice(0, TRAILS_MAX)) run.noteTrail(asked)
  run.note(text)
  // Where a commit takes longer than a second the market is degraded, whoever is replaced: that is the machine's doing.
  const isMachineSlow = !scale.isLong && arena.fleet.members.some((member) => member.log().includes(SLOW_COMMIT))
  if (isMachineSlow) run.note('the machine was too slow for the exchange: orders that it turned away do not count')
  run.must(text, failed.length === 0 || isMachineSlow)
  const result = await run.close()
  const { unknown, longestWithoutMatchMs } = result.verdict
  const isKnown = unknown === 0 || isMachineSlow
  const misses = isKnown ? result.misses : [...result.misses, `${unknown} orders of which nobody knows`]
  return {
    ...result,
    misses,
    notes: [...result.notes, `longest without a match ${longestWithoutMatchMs} ms, ${run.log.timeouts} TIMEOUT`],
  }
}

/** What a leader's log says then. */
const SLOW_COMMIT = 'is not answered in time'

/** Orders that were turned away, or never sent: what the exchange itself refuses is an answer. */
async function unanswered({ log }: TradingRun): Promise<{ readonly failed: readonly Asked[]; readonly text: string }> {
  const orders = await Array.fromAsync(log.orders())
  const failed = orders.filter(({ told }) => told !== undefined && !isExecuted(told))
  return { failed, text: `of ${orders.length} orders ${failed.length} without an answer of the exchange` }
}
