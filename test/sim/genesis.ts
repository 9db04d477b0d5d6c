import { Simulator } from '../../server/simulator/simulator.ts'
import { toSimulated } from '../../server/exchange/market/simulated.ts'
import { MemoryBroadcast } from '../../server/bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../../server/bus/memory/memory-commands.ts'
import { START } from '../../server/bus/commands.ts'
import type { MarketFrame } from '../../server/feed/market-frame.ts'
import { startExchange, WIDE_RATES } from './nodes/exchange-node.ts'
import { INSTRUMENTS, LIVENESS } from './nodes/market.ts'
import { PostgresServer } from './postgres/server.ts'
import { Tables } from './postgres/tables.ts'
import { enterVirtualTime } from './world/virtual-globals.ts'
import { World } from './world/world.ts'

const BEGIN_MS = Date.UTC(2026, 0, 5, 15, 0, 0)
const CLIENTS = 4
const STARTING_CENTS = 10_000_000

/** The state with which every history starts: a running market with an account for each client. */
export interface Genesis {
  readonly tables: Tables
  readonly endMs: number
  /** The clients' accounts. */
  readonly accounts: readonly number[]
}

/** The same in every process: it is made by a separate history without faults. */
export async function genesis(): Promise<Genesis> {
  const tables = Tables.fresh()
  const state = Simulator.start({
    instruments: INSTRUMENTS.map(toSimulated),
    seed: 7,
    liveness: LIVENESS,
    startMs: BEGIN_MS,
  })
  tables.simulator = JSON.stringify(state.save())
  const world = new World({ seed: 1, beginMs: BEGIN_MS, isTold: false })
  const leave = enterVirtualTime(world)
  try {
    const postgres = new PostgresServer({ world, tables, plant: {}, observer: { committed: () => undefined } })
    const process = world.spawn('genesis')
    const bus = world.as(process, () => new MemoryCommandBus())
    const broadcast = new MemoryBroadcast<MarketFrame>()
    const opened = new Set<string>()
    let isOver = false
    world.as(process, () => {
      bus.onReply('genesis', ({ id }) => opened.add(id))
      const exchange = startExchange({ world, process, postgres, bus, broadcast, rates: WIDE_RATES })
      void exchange.leading.then(async () => {
        for (let client = 0; client < CLIENTS; client++) {
          await bus.send({
            id: String(client),
            gateway: 'genesis',
            expiresAtMs: Date.now() + 3_000,
            request: { event: 'accounts.open', userId: `user-${client}`, name: 'Guest', startingCents: STARTING_CENTS },
          })
        }
      })
      setTimeout(() => {
        void exchange[Symbol.asyncDispose]().then(() => (isOver = true))
      }, 2_000)
    })
    await world.run(() => isOver)
    if (opened.size < CLIENTS) throw new Error(`genesis: ${opened.size} accounts of ${CLIENTS} are open`)
    world.note('over')
    process.kill()
    const accounts = Array.from({ length: CLIENTS }, (_, client) => {
      const found = [...tables.owners].find(([, user]) => user === `user-${client}`)
      if (found === undefined) throw new Error(`genesis: user-${client} has no account`)
      return found[0]
    })
    // The genesis uses another kind of bus than the histories, so its positions are not valid there.
    tables.batches.push({ ...tables.last, streamPosition: START })
    tables.batches.splice(-2, 1)
    return { tables, endMs: world.trueMs, accounts }
  } finally {
    leave()
  }
}
