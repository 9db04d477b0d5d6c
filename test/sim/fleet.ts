import type { OrderRate } from '@valiant/shared/protocol/account-rates'
import type { Answer } from '@valiant/shared/protocol/events'
import type { CommandBus } from '../../server/bus/commands.ts'
import { RedisBroadcast } from '../../server/bus/redis/redis-broadcast.ts'
import { RedisCommandBus } from '../../server/bus/redis/redis-commands.ts'
import type { MarketFrame } from '../../server/feed/market-frame.ts'
import type { Exchange } from '../../server/exchange/exchange.ts'
import { judgedBroadcast, judgedBus } from './bus/judged-bus.ts'
import { hearRooms } from './bus/rooms.ts'
import { openSimLinks } from './bus/links.ts'
import type { RedisServer } from './bus/redis-server.ts'
import type { Judge } from './judge.ts'
import { startExchange } from './nodes/exchange-node.ts'
import { GatewayNode } from './nodes/gateway-node.ts'
import { simLog } from './nodes/log.ts'
import type { PostgresServer } from './postgres/server.ts'
import type { Process } from './world/process.ts'
import type { World } from './world/world.ts'

interface FleetParts {
  readonly world: World
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  readonly judge: Judge
  readonly rates: OrderRate
  readonly answerOf?: (answer: Answer) => Answer
  readonly busOf?: (bus: CommandBus) => CommandBus
}

interface Role {
  readonly gateway: boolean
  readonly exchange: boolean
}

/** A slot in which processes run one after the other. */
interface Slot {
  readonly name: string
  readonly role: Role
  process: Process | undefined
  gateway: GatewayNode | undefined
  exchange: Exchange | undefined
  lives: number
  isDraining: boolean
}

const SKEW_MS = 2_000
const RETRY_MS = 500
const DRAIN_SPREAD_MS = 500
const DRAIN_MS_MAX = 12_000

/** The server processes: gateways, exchanges, or both in one. A process that ends is restarted. */
export class Fleet {
  readonly #parts: FleetParts
  readonly #slots: readonly Slot[]

  constructor(parts: FleetParts, roles: readonly Role[]) {
    this.#parts = parts
    this.#slots = roles.map((role, index) => ({
      name: `${role.gateway ? 'g' : ''}${role.exchange ? 'x' : ''}${index}`,
      ...{ role, process: undefined, gateway: undefined, exchange: undefined, lives: 0, isDraining: false },
    }))
    for (const slot of this.#slots) this.#start(slot)
  }

  /** The gateway to which a load balancer would send a new socket. */
  gateway(): { process: Process; node: GatewayNode } | undefined {
    const open = this.#slots.flatMap(({ process, gateway }) =>
      process?.isAlive === true && gateway !== undefined && !gateway.isLeaving ? [{ process, node: gateway }] : [],
    )
    return open.length === 0 ? undefined : this.#parts.world.chance.of(open)
  }

  pause(index: number, ms: number): void {
    const { world } = this.#parts
    const process = this.#slot(index)?.process
    if (process?.isAlive !== true) return
    world.stop(process)
    world.after(ms, undefined, () => world.goOn(process))
  }

  crash(index: number, { afterCalls, restartMs }: { afterCalls: number; restartMs: number }): void {
    const slot = this.#slot(index)
    const process = slot?.process
    if (slot === undefined || process?.isAlive !== true) return
    process.onEnd(() => {
      this.#parts.world.note(`${process.name} is dead`)
      this.#restart(slot, process, restartMs)
    })
    process.killAfterCalls(afterCalls)
  }

  /** Like SIGTERM. */
  drain(index: number, restartMs: number): void {
    const { world } = this.#parts
    const slot = this.#slot(index)
    const process = slot?.process
    if (slot === undefined || process?.isAlive !== true || slot.isDraining) return
    slot.isDraining = true
    process.onEnd(() => this.#restart(slot, process, restartMs))
    world.after(0, process, () => {
      void this.#leave(slot).then(() => process.kill())
    })
    // The supervisor kills it after this time.
    world.after(DRAIN_MS_MAX, undefined, () => process.kill())
  }

  setClock(index: number, offsetMs: number): void {
    const process = this.#slot(index)?.process
    if (process === undefined) return
    process.clockOffsetMs = offsetMs
    this.#parts.world.clockWasSet()
  }

  cutFromPostgres(index: number): void {
    const process = this.#slot(index)?.process
    if (process !== undefined) this.#parts.postgres.cut(process)
  }

  #slot(index: number): Slot | undefined {
    return this.#slots[index % this.#slots.length]
  }

  async #leave({ exchange, gateway }: Slot): Promise<void> {
    const isHandedOver = (await exchange?.handOver()) ?? true
    await gateway?.drain(DRAIN_SPREAD_MS)
    if (!isHandedOver) await exchange?.[Symbol.asyncDispose]()
  }

  #restart(slot: Slot, dead: Process, afterMs: number): void {
    if (slot.process !== dead) return
    slot.process = slot.gateway = slot.exchange = undefined
    slot.isDraining = false
    this.#parts.world.after(afterMs, undefined, () => {
      if (slot.process === undefined) this.#start(slot)
    })
  }

  #start(slot: Slot): void {
    const { world } = this.#parts
    slot.lives += 1
    const process = world.spawn(`${slot.name}.${slot.lives}`, Math.round(world.chance.between(-SKEW_MS, SKEW_MS)))
    slot.process = process
    world.as(process, () => {
      this.#open(slot, process).catch((error: unknown) => world.violate('a process starts', String(error)))
    })
  }

  async #open(slot: Slot, process: Process): Promise<void> {
    const { world, postgres, redis, judge, answerOf, busOf } = this.#parts
    const links = openSimLinks({ world, server: redis, process, log: simLog(world) })
    const redisBus = await openBus(() => RedisCommandBus.open(links))
    const bus = judgedBus(busOf?.(redisBus) ?? redisBus, { judge, process })
    const broadcast = judgedBroadcast(new RedisBroadcast<MarketFrame>(links), { judge, process })
    const parts = { world, process, postgres, bus, broadcast }
    if (slot.role.gateway) {
      const gateway = new GatewayNode({ ...parts, ...(answerOf !== undefined && { answerOf }) })
      hearRooms(links.subscriber, ({ account, frame }) => gateway.sendAccount(account, frame))
      slot.gateway = gateway
    }
    if (slot.role.exchange) slot.exchange = startExchange({ ...parts, rates: this.#parts.rates })
  }
}

/** The supervisor restarts a process that does not find Redis. */
async function openBus(open: () => Promise<RedisCommandBus>): Promise<RedisCommandBus> {
  for (;;) {
    try {
      return await open()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
