import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Order, PlacedOrder } from '@valiant/shared/protocol/order'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { CarefulOperator } from '../rig/operator.ts'
import { freshDatabase, type FreshDatabase } from '../rig/postgres.ts'
import { fewInstruments, spawnServer, type TestServer } from '../rig/server.ts'
import { closeAll, guest, market, type ProtocolClient, type TestMarket } from './client.ts'

/** What the tests of one file share: a server with two instruments, and for each test a new guest. */
interface Desk {
  readonly server: TestServer
  readonly database: FreshDatabase
  readonly client: ProtocolClient
  readonly on: TestMarket
  /** Runs an operator's command. What a test leaves halted, played or scheduled is taken back after it. */
  readonly operator: (...words: readonly string[]) => Promise<string>
  /** Stops the server, runs `meanwhile`, and starts it again with the same database and port. */
  restart(meanwhile?: () => Promise<void>): Promise<void>
}

/** Call it once at the top of a file. */
export function desk(symbols: readonly string[] = ['VLNT', 'EUR-USD']): Desk {
  let [server, database, client, on, folder]: [TestServer?, FreshDatabase?, ProtocolClient?, TestMarket?, string?] = []
  const start = async (port?: number) => {
    folder ??= await mkdtemp(join(tmpdir(), 'valiant-data-'))
    database ??= await freshDatabase()
    server = await spawnServer({
      DATABASE_URL: database.url,
      AUTH_SECRET: 'a secret of the tests, long enough for it',
      DATA_DIR: folder,
      INSTRUMENTS_FILE: await fewInstruments(symbols, folder),
      ...(port !== undefined && { PORT: String(port) }),
    })
  }
  beforeAll(() => start())
  afterAll(async () => {
    await server?.stop()
    await database?.[Symbol.asyncDispose]()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    client = await guest(server!.url)
    on = await market(client)
  })
  const operator = new CarefulOperator(() => database!.url)
  afterEach(async () => {
    closeAll()
    await operator.takeBack(server!.url)
  })
  return {
    get server() {
      return server!
    },
    get database() {
      return database!
    },
    get client() {
      return client!
    },
    get on() {
      return on!
    },
    operator: (...words) => operator.type(...words),
    restart: async (meanwhile) => {
      const { port } = server!
      await server!.stop()
      await meanwhile?.()
      await start(port)
    },
  }
}

/** A limit order below the market. */
export const restingBuy = (on: TestMarket) => ({
  ...{ symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) },
})

/** Buys at market. @returns the reduce-only stop below that protects what was bought */
export async function protectedPosition(client: ProtocolClient, on: TestMarket): Promise<PlacedOrder> {
  const { symbol } = on
  await client.place({ symbol, side: 'buy', type: 'market', qty: on.qty() })
  return client.place({ symbol, side: 'sell', type: 'stop', qty: on.qty(), stopPrice: on.below(3), reduceOnly: true })
}

/** The latest state of each order in a client's account frames, by id. */
export function ordersOf(client: ProtocolClient): ReadonlyMap<string, Order> {
  const orders = client.of<AccountFrame>('account').flatMap(({ orders }) => orders)
  return new Map(orders.map((order) => [order.orderId, order]))
}

/** The frame that an answer names, which may arrive after the answer. */
export async function frameOf(client: ProtocolClient, seq: number | undefined): Promise<AccountFrame> {
  const find = () => client.of<AccountFrame>('account').find((frame) => frame.seq === seq)
  await expect.poll(find).toBeDefined()
  return find()!
}
