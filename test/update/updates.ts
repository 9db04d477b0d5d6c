import { setTimeout as delay } from 'node:timers/promises'
import type { Result } from '../chaos/trading-run.ts'
import type { BalancerName } from '../rig/balancer.ts'
import type { Member } from '../rig/fleet.ts'
import {
  drain,
  drainOf,
  type Green,
  migrationsIn,
  PACE_MS,
  RECOVERED_MS,
  open,
  openArena,
  openTradingRun,
  reroute,
  type Scale,
  type Scene,
  startNext,
  tell,
} from './scene.ts'
import type { Tree } from './tree.ts'
import { bothWrote, judged, unanswered } from './verdict.ts'
import { watched } from './watch.ts'

/** The kinds of updates. */

interface Versions {
  readonly before: Tree
  readonly next: Tree
  /** Contracts the schema when no instance of `before` runs any more; undefined if that is not part of the update. */
  readonly afterNext?: Tree
}

const ALARM_MS_MAX = 60_000
/** How long the metrics of each new instance are watched before the next step. */
const bakeMsOf = ({ isLong }: Pick<Scale, 'isLong'>): number => (isLong ? 5_000 : 1_500)

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
    const arena = await openArena({ servers: 1, main: before.main, environment: drainOf('haproxy') }, { scale, parts })
    const { fleet, balancers } = arena
    const [last] = fleet.members
    const first = await fleet.prepare({ main: next.main })
    await balancers.haproxy.route(fleet.ports)
    const run = await openTradingRun(arena, { balancer: 'haproxy', scale, parts })
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
    // Those that may lead have a gateway too, which the balancer does not know.
    const arena = await openArena({ servers: 1, main: before.main, environment: drainOf('haproxy') }, { scale, parts })
    const { fleet, balancers } = arena
    const gatewayOf = async ({ main }: Tree): Promise<Member> => {
      const member = await fleet.prepare({ main, environment: { ROLE: 'gateway' } })
      await member.start()
      return member
    }
    let [leader] = fleet.members
    let gateway = await gatewayOf(before)
    await balancers.haproxy.route([gateway.port])
    const run = await openTradingRun(arena, { balancer: 'haproxy', scale, parts })

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

/** Only in the full rehearsal: on a shared machine acks are slow with any version. */
function mustBeQuiet({ run, scale }: Scene, alarm: string | undefined): void {
  if (scale.isLong) run.must(`a good version raises no alarm: ${alarm ?? ''}`, alarm === undefined)
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
