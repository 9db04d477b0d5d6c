import { Arena, type ArenaOptions } from '../chaos/arena.ts'
import { TradingRun } from '../chaos/trading-run.ts'
import type { BalancerName } from '../rig/balancer.ts'
import type { Member } from '../rig/fleet.ts'
import { freePort } from '../rig/server.ts'
import type { Tree } from './tree.ts'

/** The instances of an update, those who trade meanwhile, and the steps that every kind of update is made of. */

export interface Scale {
  /** The full rehearsal; otherwise a short form for a shared machine. */
  readonly isLong: boolean
  /** Receives a message for each step. */
  readonly say: (text: string) => void
  /** What is running, to be ended when the process is stopped early. */
  readonly running: Set<AsyncDisposable>
}

export const RECOVERED_MS = 4_000
/** Between two orders of a trader. */
export const PACE_MS = 200
const instancesOf = ({ isLong }: Pick<Scale, 'isLong'>): number => (isLong ? 3 : 2)

export interface Scene extends AsyncDisposable {
  readonly scale: Scale
  readonly balancer: BalancerName
  readonly arena: Arena
  readonly run: TradingRun
  readonly blue: readonly Member[]
  readonly green: readonly Green[]
  readonly canary: Green | undefined
}

export interface Green {
  readonly member: Member
  readonly metricsUrl: string
}

export function tell({ run, scale }: Pick<Scene, 'run' | 'scale'>, text: string): void {
  run.note(text)
  scale.say(text)
}

/** nginx notices by itself that a port is closed; haproxy needs time to see the failing health check. */
export const drainOf = (balancer: BalancerName) => ({ DRAIN_NOTICE_MS: balancer === 'nginx' ? '0' : '1500' })

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

export async function open(scale: Scale, { balancer, from, to, isRouted, canary }: Opening): Promise<Scene> {
  await using parts = new AsyncDisposableStack()
  const servers = instancesOf(scale)
  const arena = await openArena({ servers, main: from.main, environment: drainOf(balancer) }, { scale, parts })
  const { fleet } = arena
  const blue = [...fleet.members]
  const green: Green[] = []
  for (let i = 0; i < servers; i++) {
    green.push(await prepare(arena, to))
  }
  const spare = canary && (await prepare(arena, canary))
  // In a rolling update, ports that are not open yet fail their health check. In a blue/green one they are added later.
  if (isRouted && balancer === 'haproxy') await arena.balancers[balancer].route(fleet.ports)
  const run = await openTradingRun(arena, { balancer, scale, parts })
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

/** What closes with `parts`, or when the process is stopped early. */
interface Opened {
  readonly scale: Scale
  readonly parts: AsyncDisposableStack
}

export async function openArena(options: ArenaOptions, { scale, parts }: Opened): Promise<Arena> {
  const arena = parts.use(await Arena.open(options))
  scale.running.add(arena)
  parts.defer(() => void scale.running.delete(arena))
  return arena
}

export async function openTradingRun(
  arena: Arena,
  { balancer, scale: { isLong }, parts }: Opened & { readonly balancer: BalancerName },
): Promise<TradingRun> {
  const run = await TradingRun.open(arena, {
    ...{ isLong, traders: isLong ? 24 : 16, urls: [arena.balancers[balancer].url] },
    ...{ paceMs: PACE_MS, againMax: 1_000 },
  })
  parts.defer(() => {
    for (const trader of run.traders) trader.close()
  })
  return run
}

export async function startNext(scene: Scene, member: Member): Promise<void> {
  const from = Date.now()
  await member.start()
  tell(scene, `${member.name} of the new version is ready after ${Date.now() - from} ms${migrationsIn(member.log())}`)
}

/** nginx has no health checks and tries three servers in turn, so it only gets the instances that are running. */
export async function reroute({ arena: { fleet, balancers }, balancer }: Scene): Promise<void> {
  if (balancer === 'haproxy') return
  await balancers.nginx.route(fleet.members.filter(({ lives }) => lives).map(({ port }) => port))
}

export async function drain(scene: Pick<Scene, 'run' | 'scale'>, member: Member | undefined): Promise<void> {
  if (member === undefined) return
  const { run } = scene
  const from = Date.now()
  run.must(`${member.name} ended with 0 on SIGTERM`, (await member.stop()) === 0)
  tell(scene, `${member.name} has drained and ended after ${Date.now() - from} ms`)
  await run.recovered(Date.now(), { maxMs: RECOVERED_MS })
}

/** The messages about migrations in the log of a server's start. */
export function migrationsIn(log: string): string {
  const messages = log
    .split('\n')
    .map((line) => /"msg":"([^"]*[Mm]igration [^"]*)"/.exec(line)?.[1])
    .filter((text) => text !== undefined)
  return messages.length === 0 ? '' : `: ${messages.join(' ')}`
}
