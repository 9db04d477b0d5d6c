import { RedisServer } from './bus/redis-server.ts'
import { drawFaults, endOf, type Fault } from './faults.ts'
import { Fleet } from './fleet.ts'
import type { Genesis } from './genesis.ts'
import { Judge } from './judge.ts'
import { ClientNode } from './nodes/client-node.ts'
import { TIGHT_RATES, WIDE_RATES } from './nodes/exchange-node.ts'
import type { Plant } from './planted/plant.ts'
import { PostgresServer } from './postgres/server.ts'
import { enterVirtualTime } from './world/virtual-globals.ts'
import { type Violation, World } from './world/world.ts'

/** Faults are drawn and orders placed until this time. */
const TROUBLE_MS = 4_000
/** This long after the last fault, everything must be answered. */
const CALM_MS_MAX = 30_000
/** After that, the last frames arrive, and the clients' state must equal the journal. */
const SETTLING_MS = 8_000

interface HistoryOptions {
  readonly seed: number
  readonly genesis: Genesis
  readonly plant?: Plant
  /** Whether the lines of the trace are kept. */
  readonly isTold?: boolean
}

export interface HistoryEnd {
  readonly seed: number
  readonly violations: readonly Violation[]
  readonly hash: string
  readonly lines: readonly string[]
  readonly faults: readonly Fault[]
  /** Number of events. */
  readonly events: number
  readonly virtualMs: number
  readonly commits: number
  readonly replies: number
}

/** An unhandled rejection would end a process in production, so it is a violation here. */
let unminded: ((error: unknown) => void) | undefined
process.on('unhandledRejection', (error) => {
  if (unminded === undefined) throw error
  unminded(error)
})

/** Runs the history of one seed. */
export async function runHistory({ seed, genesis, plant = {}, isTold = false }: HistoryOptions): Promise<HistoryEnd> {
  const world = new World({ seed, beginMs: genesis.endMs, isTold })
  const uninstall = plant.install?.()
  const leave = enterVirtualTime(world)
  unminded = (error) =>
    world.violate(
      'no promise is rejected unminded',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    )
  try {
    const faultChance = world.chance.fork()
    const faults = drawFaults(faultChance, { untilMs: TROUBLE_MS, clients: genesis.accounts.length })
    const lastFaultMs = Math.max(TROUBLE_MS, ...faults.map(endOf))
    const tables = genesis.tables.copy()
    const redis = new RedisServer({ world, plant: plant.redis ?? {} })
    const isTight = world.chance.is(0.3)
    const judge: Judge = new Judge({ world, tables, busMs: () => redis.nowMs, isTight })
    const postgres = new PostgresServer({ world, tables, plant: plant.postgres?.(redis) ?? {}, observer: judge })
    const isBoth = world.chance.is(0.5)
    const roles = isBoth ? [both, gatewayOnly, exchangeOnly] : [gatewayOnly, gatewayOnly, exchangeOnly, exchangeOnly]
    const fleet = new Fleet(
      {
        ...{ world, postgres, redis, judge, rates: isTight ? TIGHT_RATES : WIDE_RATES },
        ...(plant.answerOf !== undefined && { answerOf: plant.answerOf }),
        ...(plant.busOf !== undefined && { busOf: plant.busOf }),
      },
      roles,
    )
    const clients = genesis.accounts.map((account, index) => {
      const process = world.spawn(`c${index}`, Math.round(world.chance.between(-5_000, 5_000)))
      return world.as(process, () => {
        const chance = world.chance.fork()
        const client = new ClientNode({ world, process, judge, account, chance, gateway: () => fleet.gateway() })
        client.trade(TROUBLE_MS)
        return client
      })
    })
    for (const fault of faults) {
      world.after(fault.atMs, undefined, () => {
        world.note(`FAULT ${JSON.stringify(fault)}`)
        inflict(fault, { world, fleet, postgres, redis, clients })
      })
    }

    const isOver = () => world.violations.length > 0
    const isAnswered = () => clients.every(({ waiting }) => waiting === 0)
    await world.run(
      () => isOver() || (world.nowMs > lastFaultMs && isAnswered()) || world.nowMs > lastFaultMs + CALM_MS_MAX,
    )
    if (!isOver() && !isAnswered()) {
      const waiting = clients
        .filter((client) => client.waiting > 0)
        .map((client) => `${client.name}: ${client.waiting}`)
      world.violate('everything is answered half a minute after the last fault', waiting.join(', '))
    }
    const settledMs = world.nowMs + SETTLING_MS
    const isSeen = () =>
      clients.every(
        ({ sdk, account }) => sdk.isLive && sdk.account?.seq === Number(tables.accounts.get(account)?.['seq']),
      )
    await world.run(() => isOver() || isSeen() || world.nowMs > settledMs)
    if (!isOver()) {
      judge.concludes()
      for (const { name, account, sdk } of clients) judge.compare(name, account, sdk.account)
    }
    for (const client of clients) client.close()
    return {
      ...{ seed, violations: world.violations, hash: world.trace.hash, lines: world.trace.lines, faults },
      ...{ events: world.timeline.count, virtualMs: world.nowMs, commits: judge.commits, replies: judge.replies },
    }
  } finally {
    leave()
    uninstall?.()
    unminded = undefined
  }
}

const both = { gateway: true, exchange: true }
const gatewayOnly = { gateway: true, exchange: false }
const exchangeOnly = { gateway: false, exchange: true }

function inflict(
  fault: Fault,
  parts: {
    world: World
    fleet: Fleet
    postgres: PostgresServer
    redis: RedisServer
    clients: readonly ClientNode[]
  },
): void {
  const { world, fleet, postgres, redis, clients } = parts
  switch (fault.kind) {
    case 'pause':
      fleet.pause(fault.node, fault.ms)
      break
    case 'crash':
      fleet.crash(fault.node, fault)
      break
    case 'drain':
      fleet.drain(fault.node, fault.restartMs)
      break
    case 'clock':
      fleet.setClock(fault.node, fault.offsetMs)
      break
    case 'commit':
      postgres.expect(fault.fault)
      break
    case 'postgres away':
      postgres.crash(fault.ms)
      break
    case 'postgres cut':
      fleet.cutFromPostgres(fault.node)
      break
    case 'reads slow':
      postgres.readDelayMs = fault.byMs
      world.after(fault.ms, undefined, () => (postgres.readDelayMs = 0))
      break
    case 'redis away':
      redis.setClock(fault.clockMs)
      redis.crash(fault.ms)
      break
    case 'redis wiped':
      redis.setClock(fault.clockMs)
      redis.wipe()
      redis.cutAll()
      break
    case 'redis cut':
      redis.cutAll()
      break
    case 'redis frozen':
      redis.frozenUntilMs = world.nowMs + fault.ms
      break
    case 'noise':
      redis.noise = { drop: fault.drop, repeat: fault.repeat, late: fault.late, lateMsMax: 2_000 }
      world.after(fault.ms, undefined, () => (redis.noise = undefined))
      break
    case 'client cut':
      clients[fault.client]?.disturb((wire) => wire.cut())
      break
    case 'client frozen':
      clients[fault.client]?.disturb((wire) => wire.freeze(fault.ms))
      break
    default:
      fault satisfies never
  }
}
