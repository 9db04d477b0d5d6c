import { setTimeout as delay } from 'node:timers/promises'
import { Arena } from '../chaos/arena.ts'
import { TradingRun, type Result } from '../chaos/trading-run.ts'
import { type SentOrder, isExecuted } from '../chaos/trading-log.ts'
import type { BalancerName } from '../rig/balancer.ts'
import type { Member } from '../rig/fleet.ts'
import { freePort } from '../rig/server.ts'
import type { Tree } from './tree.ts'
import { watched } from './watch.ts'

/** The kinds of updates, and what must hold for those who trade meanwhile. */

export interface Scale {
  /** The full rehearsal; otherwise a short form for a shared machine. */
  readonly isLong: boolean
  /** Receives a message for each step. */
  readonly say: (text: string) => void
  /** What is running, to be ended when the process is stopped early. */
  readonly running: Set<AsyncDisposable>
}

interface Versions {
  readonly before: Tree
  readonly next: Tree
  /** Contracts the schema when no instance of `before` runs any more; undefined if that is not part of the update. */
  readonly afterNext?: Tree
}

const FEEDLESS_MS = 2_000
const RECOVERED_MS = 4_000
const PACE_MS = 200
const TRAILS_MAX = 5
const ALARM_MS_MAX = 60_000
const instancesOf = ({ isLong }: Pick<Scale, 'isLong'>): number => (isLong ? 3 : 2)
/** How long the metrics of each new instance are watched before the next step. */
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

/** Replaces one instance after the other: a new one is started beside the old ones, then an old one is drained. */
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

/** Expands the schema, starts all of green beside blue, switches the balancer and drains blue. */
export const blueGreen =
  (balancer: BalancerName, versions: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using scene = await open(scale, { balancer, from: versions.before, to: versions.next, isRouted: false })
    const { arena, blue, green } = scene
    const from = Date.now()
    tell(scene, `${(await versions.next.migrate(arena.databaseUrl)).split('\n').join(' ')} (${Date.now() - from} ms)`)
    // One after the other, because they share this machine with those that trade.
    for (const { member } of green) await startNext(scene, member)
    await arena.balancers[balancer].route(green.map(({ member }) => member.port))
    tell(scene, 'the balancer has switched to green')
    // New connections go to green; existing ones stay with blue until it is drained.
    await Promise.all(blue.map((member) => drain(scene, member)))
    const alarms = await Promise.all(green.map(({ metricsUrl }) => watched(metricsUrl, bakeMsOf(scale))))
    for (const alarm of alarms) mustBeQuiet(scene, alarm)
    await contract(scene, versions)
    await bothWrote(scene)
    return await judged(scene)
  }

/** The first new instance is bad: its metrics stop the update, and the old version replaces it again. */
export const rolledBack =
  (balancer: BalancerName, { before, next: bad }: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using scene = await open(scale, { balancer, from: before, to: bad, isRouted: true })
    await rollBack(scene, scene.green[0])
    return await judged(scene)
  }

async function rollBack(scene: Scene, bad: Green | undefined): Promise<void> {
  const { run, blue } = scene
  const [old] = blue
  if (bad === undefined || old === undefined) throw new Error('expected a bad instance and one of the old version')
  await startNext(scene, bad.member)
  await reroute(scene)
  await drain(scene, old)
  const from = Date.now()
  const alarm = await watched(bad.metricsUrl, ALARM_MS_MAX)
  run.must('the bad version raises an alarm', alarm !== undefined)
  tell(scene, `the update is stopped after ${Date.now() - from} ms: ${alarm ?? 'no alarm'}`)
  // The schema stays expanded, and the old version starts on it.
  await old.start()
  await reroute(scene)
  await drain(scene, bad.member)
  tell(scene, `rolled back ${Date.now() - from} ms after the old instance was drained`)
}

/** First a rollback of a bad version, then a rolling update to the fixed one. */
export const fixedAfterRollback =
  (balancer: BalancerName, { bad, ...versions }: Versions & { readonly bad: Tree }) =>
  async (scale: Scale): Promise<Result> => {
    const { before: from, next: to } = versions
    await using scene = await open(scale, { balancer, from, to, isRouted: true, canary: bad })
    await rollBack(scene, scene.canary)
    await roll(scene, versions)
    return await judged(scene)
  }

/** For an old version that cannot run beside the new one: stops it, and starts the new one on its database. */
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
    run.must('the old version ended with 0 on SIGTERM', (await last?.stop()) === 0)
    await first.start()
    tell({ run, scale }, `ready again ${Date.now() - from} ms after SIGTERM${migrationsIn(first.log())}`)
    await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
    run.note((await unanswered(run)).text)
    return await run.close()
  }

/**
 * Gateways and exchange are replaced one after the other, there and back: gateways of each version ask a leader of the other
 * one, and the old version leads again on the schema of the new one.
 */
export const mixed =
  ({ before, next }: Versions) =>
  async (scale: Scale): Promise<Result> => {
    await using parts = new AsyncDisposableStack()
    const environment = drainOf('haproxy')
    // Those that may lead have a gateway too, which the balancer does not know.
    const arena = parts.use(await Arena.open({ servers: 1, main: before.main, environment }))
    scale.running.add(arena)
    parts.defer(() => void scale.running.delete(arena))
    const { fleet, balancers } = arena
    const gatewayOf = async ({ main }: Tree): Promise<Member> => {
      const member = await fleet.prepare({ main, environment: { ROLE: 'gateway' } })
      await member.start()
      return member
    }
    let [leader] = fleet.members
    let gateway = await gatewayOf(before)
    await balancers.haproxy.route([gateway.port])
    const run = await openTradingRun(arena, 'haproxy', scale)
    parts.defer(() => {
      for (const trader of run.traders) trader.close()
    })

    const replaceGateway = async (tree: Tree) => {
      const old = gateway
      gateway = await gatewayOf(tree)
      await balancers.haproxy.route([old.port, gateway.port])
      await drain({ run, scale }, old)
      tell({ run, scale }, `the gateway is of: ${tree.name}`)
      await delay(bakeMsOf(scale))
    }
    const replaceLeader = async (tree: Tree) => {
      const [old, heir] = [leader, await fleet.prepare({ main: tree.main })]
      await heir.start()
      await drain({ run, scale }, old)
      run.must('the successor leads', (await fleet.leader()) === heir)
      leader = heir
      tell({ run, scale }, `the leader is of: ${tree.name}`)
      await delay(bakeMsOf(scale))
    }
    await replaceGateway(next)
    await replaceLeader(next)
    await replaceGateway(before)
    await replaceLeader(before)
    return await judged({ arena, run, scale })
  }

function tell({ run, scale }: Pick<Scene, 'run' | 'scale'>, text: string): void {
  run.note(text)
  scale.say(text)
}

/** nginx notices by itself that a port is closed; haproxy needs time to see the failing health check. */
const drainOf = (balancer: BalancerName) => ({ DRAIN_NOTICE_MS: balancer === 'nginx' ? '0' : '1500' })

interface Opening {
  readonly balancer: BalancerName
  readonly from: Tree
  readonly to: Tree
  /** The balancer also has the ports of the new instances, which are not open yet. */
  readonly isRouted: boolean
  /** A version that is tried before `to`. */
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
  // In a rolling update, ports that are not open yet fail their health check. In a blue/green one they are added later.
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
  TradingRun.open(arena, {
    ...{ isLong, traders: isLong ? 24 : 16, urls: [arena.balancers[balancer].url] },
    ...{ paceMs: PACE_MS, againMax: 1_000 },
  })

async function startNext(scene: Scene, member: Member): Promise<void> {
  const from = Date.now()
  await member.start()
  tell(scene, `${member.name} of the new version is ready after ${Date.now() - from} ms${migrationsIn(member.log())}`)
}

/** nginx has no health checks and tries three servers in turn, so it only gets the instances that are running. */
async function reroute({ arena: { fleet, balancers }, balancer }: Scene): Promise<void> {
  if (balancer === 'haproxy') return
  await balancers.nginx.route(fleet.members.filter(({ lives }) => lives).map(({ port }) => port))
}

async function drain(scene: Pick<Scene, 'run' | 'scale'>, member: Member | undefined): Promise<void> {
  if (member === undefined) return
  const { run } = scene
  const from = Date.now()
  run.must(`${member.name} ended with 0 on SIGTERM`, (await member.stop()) === 0)
  tell(scene, `${member.name} has drained and ended after ${Date.now() - from} ms`)
  await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
}

/** Only in the full rehearsal: on a shared machine acks are slow with any version. */
function mustBeQuiet({ run, scale }: Scene, alarm: string | undefined): void {
  if (scale.isLong) run.must(`a good version raises no alarm: ${alarm ?? ''}`, alarm === undefined)
}

/** The messages about migrations in the log of a server's start. */
function migrationsIn(log: string): string {
  const messages = log
    .split('\n')
    .map((line) => /"msg":"([^"]*[Mm]igration [^"]*)"/.exec(line)?.[1])
    .filter((text) => text !== undefined)
  return messages.length === 0 ? '' : `: ${messages.join(' ')}`
}

async function contract(scene: Scene, { afterNext }: Versions): Promise<void> {
  if (afterNext === undefined) return
  const { arena, run } = scene
  const from = Date.now()
  const output = await afterNext.migrate(arena.databaseUrl)
  tell(scene, `no instance of the old version is left: ${output.split('\n').join(' ')} (${Date.now() - from} ms)`)
  await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
  await delay(PACE_MS * 5)
}

/** Checks that both versions have led on the same schema, if batches record the release that wrote them. */
async function bothWrote(scene: Scene): Promise<void> {
  const { arena, run } = scene
  const client = await arena.connection()
  try {
    const { rowCount } = await client.query(HAS_RELEASES)
    if (rowCount === 0) return
    const { rows } = await client.query<{ release: string; count: string }>(RELEASES)
    for (const { release, count } of rows) tell(scene, `${count} batches written by the version "${release}"`)
    run.must('batches of both versions', rows.length === 2)
  } finally {
    await client.end()
  }
}
const HAS_RELEASES = `SELECT FROM information_schema.columns WHERE table_name = 'journal_batch' AND column_name = 'release'`
const RELEASES = `SELECT release, count(*) AS count FROM journal_batch WHERE batch > 0 GROUP BY release ORDER BY min(batch)`

/** Judges that no order failed because of the update, and that nobody was without prices for long. */
async function judged({ arena, run, scale }: Pick<Scene, 'arena' | 'run' | 'scale'>): Promise<Result> {
  const { failed, text } = await unanswered(run)
  run.within('a socket without prices', run.quotesGapMs, FEEDLESS_MS)
  if (run.quotesGapMs > FEEDLESS_MS) run.noteLongestQuiet()
  for (const sent of failed.slice(0, TRAILS_MAX)) run.noteTrail(sent)
  run.note(text)
  // If a commit takes longer than a second the market is degraded because of the machine, not because of the update.
  const isMachineSlow = !scale.isLong && arena.fleet.members.some((member) => member.log().includes(SLOW_COMMIT))
  if (isMachineSlow) run.note('the machine was too slow for the exchange: orders that it refused do not count')
  run.must(text, failed.length === 0 || isMachineSlow)
  const result = await run.close()
  const { unknown, longestWithoutMatchMs } = result.verdict
  const isKnown = unknown === 0 || isMachineSlow
  const misses = isKnown ? result.misses : [...result.misses, `${unknown} orders with an unknown outcome`]
  return {
    ...result,
    misses,
    notes: [...result.notes, `longest without a match ${longestWithoutMatchMs} ms, ${run.log.timeouts} TIMEOUT`],
  }
}

/** A part of the leader's log message in that case. */
const SLOW_COMMIT = 'is not answered in time'

/** Orders that were refused or never sent. A refusal by the exchange itself counts as an answer. */
async function unanswered({
  log,
}: TradingRun): Promise<{ readonly failed: readonly SentOrder[]; readonly text: string }> {
  const orders = await Array.fromAsync(log.orders())
  const failed = orders.filter(({ reported }) => reported !== undefined && !isExecuted(reported))
  return { failed, text: `of ${orders.length} orders ${failed.length} without an answer of the exchange` }
}
