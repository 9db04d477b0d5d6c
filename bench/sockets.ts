import { readFileSync } from 'node:fs'
import type { Answer } from '@valiant/shared/protocol/events'
import type { DataOf } from '@valiant/shared/protocol/requests'
import { LightSocket } from '../test/load/light-socket.ts'
import { spawnServer, type TestServer } from '../test/rig/server.ts'
import { guestCookie } from '../test/rig/trader.ts'
import type { Rig } from './rig.ts'

const UNLIMITED = '1000000'
const TRADERS = 64
/** Servers run for weeks, so the measurement starts only after V8 has compiled the code path of an order. */
const WARM_UP_SECONDS = 10
const SECONDS = 3
/** How much worse than the last fill the price of a crossing limit order is: within every price band. */
const CROSSING_SHARE = 0.02
/** Only instruments with prices in cents and whole lots, to keep the trader simple. */
const TICK = '0.01'

/** The real server with the bench's Postgres. It is started and stopped in each round, with the same guests. */
export class Venue {
  readonly #environment: Readonly<Record<string, string>>
  readonly #cookies: string[] = []

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment
  }

  /** @param redisUrl the Redis that commands go through; without it they stay in the process */
  static async prepare(rig: Rig, redisUrl?: string): Promise<Venue> {
    return new Venue({
      ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
      DATABASE_URL: await rig.freshUrl(),
      DATA_DIR: rig.folder,
      AUTH_SECRET: 'a secret of the bench, long enough for it',
      MARKET_LIVENESS: '1', // the shipped default
      STARTING_CASH: '1000000000.00',
      LIMIT_ORDERS_PER_SECOND: UNLIMITED,
      LIMIT_ORDERS_BURST: UNLIMITED,
      LIMIT_REQUESTS_PER_SECOND: UNLIMITED,
    })
  }

  async open(): Promise<OpenVenue> {
    const server = await spawnServer(this.#environment)
    try {
      while (this.#cookies.length < TRADERS) this.#cookies.push(await guestCookie(server.url))
    } catch (error) {
      await server.stop()
      throw error
    }
    return new OpenVenue(server, this.#cookies)
  }
}

export class OpenVenue implements AsyncDisposable {
  readonly #server: TestServer
  readonly #cookies: readonly string[]

  constructor(server: TestServer, cookies: readonly string[]) {
    this.#server = server
    this.#cookies = cookies
  }

  /** Answered orders per second, with one in flight per trader. */
  async ordersPerSecond(): Promise<number> {
    await using traders = new AsyncDisposableStack()
    const all: Trader[] = []
    for (const [at, cookie] of this.#cookies.entries()) all.push(traders.use(await this.trader(cookie, at)))
    const began = performance.now()
    const countFrom = began + 1_000 * WARM_UP_SECONDS
    const until = countFrom + 1_000 * SECONDS
    let answered = 0
    const trade = async (trader: Trader) => {
      for (;;) {
        await trader.order()
        const now = performance.now()
        if (now > until) return
        if (now > countFrom) answered++
      }
    }
    await Promise.all(all.map(trade))
    return answered / SECONDS
  }

  /** A trader with a client that uses little CPU, because it shares the cores with the server. */
  async trader(cookie = this.#cookies[0], at = 0): Promise<Trader> {
    return new Trader(await LightSocket.open({ port: this.#server.port, ...(cookie !== undefined && { cookie }) }), at)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop()
  }
}

const INSTRUMENTS = JSON.parse(readFileSync(new URL('../db/instruments.json', import.meta.url), 'utf8')) as {
  symbol: string
  tickSize: string
  lotSize: string
}[]
const SYMBOLS = INSTRUMENTS.filter(({ tickSize, lotSize }) => tickSize === TICK && lotSize === '1').map(
  ({ symbol }) => symbol,
)
let orders = 0
const RUN = Date.now().toString(36)

/** Buys a lot and sells it again, with alternating market and crossing limit orders. */
export class Trader implements AsyncDisposable {
  readonly #socket: LightSocket
  readonly #symbol: string
  #hasLot = false
  #price: number | undefined

  constructor(socket: LightSocket, at: number) {
    this.#socket = socket
    this.#symbol = SYMBOLS[at % SYMBOLS.length] ?? 'VLNT'
  }

  /** @throws when the exchange refuses the order, because the measurement would be wrong */
  async order(): Promise<void> {
    const number = ++orders
    const side = this.#hasLot ? 'sell' : 'buy'
    const worst = (this.#price ?? 0) * (side === 'buy' ? 1 + CROSSING_SHARE : 1 - CROSSING_SHARE)
    const isLimit = number % 2 === 0 && this.#price !== undefined
    const answer = (await this.#socket.ask('order.place', {
      clientOrderId: `bench-${RUN}-${number}`,
      symbol: this.#symbol,
      side,
      qty: '1',
      type: isLimit ? 'limit' : 'market',
      ...(isLimit && { limitPrice: worst.toFixed(2), timeInForce: 'ioc' }),
    })) as Answer<DataOf<'order.place'>>
    if (!answer.ok) throw new Error(`the exchange refused an order: ${JSON.stringify(answer.error)}`)
    const order = answer.data
    if (order.filledQty !== '1') return
    this.#hasLot = side === 'buy'
    this.#price = Number(order.avgPrice)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    return Promise.resolve()
  }
}
