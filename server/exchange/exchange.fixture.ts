import { fileURLToPath } from 'node:url'
import type { OrderRate } from '@valiant/shared/protocol/account-rates'
import type { AccountFrame, AccountSnapshot } from '@valiant/shared/protocol/account'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { Answer } from '@valiant/shared/protocol/events'
import type { NewsFrame } from '@valiant/shared/protocol/news'
import type { Order } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { pino } from 'pino'
import pg from 'pg'
import { expect } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../../test/rig/fault-proxy.ts'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import type { MarketStatus } from '../bus/broadcast.ts'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import type { ExchangeRequest, PlaceOrderRequest } from '../bus/exchange-request.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { Feed } from '../feed/feed.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { type ListedInstrument, readInstruments } from '../instruments.ts'
import { seedInstruments } from '../journal/instruments.ts'
import { CALM, type Conditions } from '../simulator/conditions.ts'
import type { InstrumentState, SimulatorState } from '../simulator/state.ts'
import { type Clock, systemClock } from './clock.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { Exchange } from './exchange.ts'

export const INSTRUMENTS = readInstruments(fileURLToPath(new URL('../../db/instruments.json', import.meta.url))).slice(
  0,
  2,
)
const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })

interface RigOptions {
  readonly historyDays?: number
  readonly rates?: OrderRate
}

const WIDE_RATES: OrderRate = { ordersPerSecond: 1_000, ordersBurst: 1_000 }

/** An exchange on its own database, and the gateways' side of its buses. */
export class ExchangeRig {
  /** How far wall time is ahead of the machine's clock. */
  aheadMs = 0
  readonly bus = new MemoryCommandBus()
  /** Snapshots that the leader has stored for starting gateways. */
  readonly snapshots: MarketFrame[] = []
  readonly broadcast = Object.assign(new MemoryBroadcast<MarketFrame>(), {
    keepSnapshot: (frame: MarketFrame) => void this.snapshots.push(frame),
  })
  readonly accountFrames: { account: number; frame: AccountFrame }[] = []
  readonly alerts: { account: number; alert: FiredAlert }[] = []
  readonly marketFrames: MarketFrame[] = []
  readonly statuses: MarketStatus[] = []
  readonly news: NewsFrame[] = []
  readonly metrics = new Metrics()
  readonly #feed = new Feed({ instruments: INSTRUMENTS })
  readonly #waiting = new Map<string, (answer: Answer) => void>()
  readonly #onFrame: ((frame: MarketFrame) => void)[] = []
  readonly #fresh: FreshDatabase
  readonly #options: Required<RigOptions>
  /** The exchange's route to its database. */
  readonly proxy: FaultProxy
  /** The instruments that the next start lists. */
  instruments: readonly ListedInstrument[] = INSTRUMENTS
  database: Database
  exchange: Exchange
  #sent = 0

  private constructor(fresh: FreshDatabase, proxy: FaultProxy, database: Database, options: Required<RigOptions>) {
    this.#fresh = fresh
    this.proxy = proxy
    this.database = database
    this.#options = options
    this.bus.onReply('rig', ({ id, answer }) => this.#waiting.get(id)?.(answer))
    this.broadcast.subscribe({
      market: (frame) => {
        this.marketFrames.push(frame)
        for (const heard of this.#onFrame.splice(0)) heard(frame)
        this.#feed.apply(frame)
      },
      account: (account, frame) => void this.accountFrames.push({ account, frame: frame.decoded() }),
      accountSeq: () => undefined,
      alert: (account, alert) => void this.alerts.push({ account, alert }),
      status: (status) => void this.statuses.push(status),
      news: (news) => void this.news.push(news),
      linked: () => undefined,
    })
    this.exchange = this.#start()
  }

  static async open(options: RigOptions = {}): Promise<ExchangeRig> {
    const rig = await ExchangeRig.starting(options)
    await rig.exchange.leading
    return rig
  }

  /** An exchange that may not lead yet. */
  static async starting({ historyDays = 1, rates = WIDE_RATES }: RigOptions = {}): Promise<ExchangeRig> {
    const fresh = await freshDatabase()
    const direct = new URL(fresh.url)
    const proxy = await openFaultProxy({ host: direct.hostname, port: Number(direct.port) })
    const url = new URL(fresh.url)
    url.hostname = '127.0.0.1'
    url.port = String(proxy.port)
    const database = await openDatabase({ url: url.href, logger: log })
    await seedInstruments(
      database.queries,
      INSTRUMENTS.map(({ wire }) => wire),
    )
    return new ExchangeRig(fresh, proxy, database, { historyDays, rates })
  }

  get url(): string {
    return this.#fresh.url
  }

  readonly clock: Clock = { now: () => this.nowMs, after: (ms, call) => systemClock.after(ms, call) }

  get nowMs(): number {
    return Date.now() + this.aheadMs
  }

  #start(): Exchange {
    return Exchange.start({
      database: this.database,
      bus: this.bus,
      broadcast: this.broadcast,
      instruments: this.instruments,
      clock: this.clock,
      log,
      metrics: this.metrics,
      holder: 'rig',
      seed: 7,
      ...this.#options,
      liveness: 0.25,
      maxOpenOrdersPerInstrument: 200,
    })
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.resume()
  }

  async stop(): Promise<void> {
    await this.exchange[Symbol.asyncDispose]()
  }

  async resume(): Promise<void> {
    this.exchange = this.#start()
    await this.exchange.leading
  }

  /**
   * Stops the market, multiplies an instrument's value by `factor`, and continues, so that it reopens at another price.
   */
  async reopenAt(symbol: string, factor: number): Promise<void> {
    await this.stop()
    await this.bend(symbol, (instrument) => moved(instrument, factor))
    await this.resume()
  }

  /** Changes the conditions of an instrument's market, so that a test need not wait for rare events. */
  async reopenUnder(symbol: string, conditions: Partial<Conditions>): Promise<void> {
    await this.stop()
    await this.bend(symbol, (instrument) => ({ ...instrument, conditions: { ...CALM, ...conditions } }))
    await this.resume()
  }

  /** Changes the saved state of an instrument while the market is stopped. */
  async bend(symbol: string, change: (instrument: InstrumentState) => InstrumentState): Promise<void> {
    const [saved] = await this.sql<{ state: SimulatorState }>('SELECT state FROM simulator_state')
    const instruments = saved?.state.instruments.map((one) => (one.symbol === symbol ? change(one) : one))
    await this.sql('UPDATE simulator_state SET state = $1', [JSON.stringify({ ...saved?.state, instruments })])
  }

  /** Sends without waiting; `hash` stands for the content. */
  ask(
    request: ExchangeRequest,
    { commandId, hash = 'aa', expiresInMs = 5_000 }: { commandId?: string; hash?: string; expiresInMs?: number } = {},
  ): Promise<Answer> {
    const id = String((this.#sent += 1))
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
    void this.bus.send({
      id,
      gateway: 'rig',
      expiresAtMs: this.bus.nowMs() + expiresInMs,
      request,
      ...(commandId !== undefined && { commandId, payloadHash: hash }),
    })
    return answered
  }

  /** The next published market frame. */
  nextMarketFrame(): Promise<MarketFrame> {
    return new Promise((resolve) => this.#onFrame.push(resolve))
  }

  /** The value of a metric series; undefined if there is none. */
  async metric(series: string): Promise<number | undefined> {
    const lines = (await this.metrics.registry.metrics()).split('\n')
    const line = lines.find((one) => one.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length))
  }

  async openAccount(userId: string): Promise<number> {
    const answer = good(await this.ask({ event: 'accounts.open', userId, name: 'Guest', startingCents: 10_000_000 }))
    return parseId((answer as { id: string }).id)?.account ?? 0
  }

  place(account: number, clientOrderId: string, more: Partial<PlaceOrderRequest> = {}): Promise<Answer> {
    const request = { ...orderOf(account, clientOrderId), validUntilMs: this.nowMs + 5_000, ...more }
    return this.ask(request, { commandId: `o:${clientOrderId}` })
  }

  /** The best prices of a symbol according to the frames. */
  touch(symbol = 'VLNT'): { bidTicks: number; askTicks: number } {
    const [, bidTicks = 0, , askTicks = 0] = this.#feed.quotes([symbol]).q[0] ?? []
    return { bidTicks, askTicks }
  }

  /** Lots at a price of a symbol's book according to the frames. */
  lotsAt(symbol: string, side: 'bids' | 'asks', ticks: number): number {
    return this.#feed.book(symbol, 100)?.[side].find(([price]) => price === ticks)?.[1] ?? 0
  }

  /** The epoch of the last market frame. */
  get epoch(): number {
    return this.#feed.epoch
  }

  statusOf(symbol: string): string | undefined {
    return this.#feed.instruments().find((one) => one.symbol === symbol)?.status
  }

  /** All frames of an account. */
  framesOf(account: number): AccountFrame[] {
    return this.accountFrames.filter((one) => one.account === account).map(({ frame }) => frame)
  }

  /** The account frame with this `seq`, which may come after the answer. */
  async frame(account: number, seq: number | undefined): Promise<AccountFrame | undefined> {
    const find = () => this.framesOf(account).find((frame) => frame.seq === seq)
    await expect.poll(find).toBeDefined()
    return find()
  }

  /** The last published state of each order of an account, by client order id. */
  ordersOf(account: number): ReadonlyMap<string, Order> {
    const states = this.framesOf(account).flatMap(({ orders }) => orders)
    return new Map(states.map((order) => [order.clientOrderId, order]))
  }

  /** The current state of an account in the exchange. */
  async account(account: number): Promise<AccountSnapshot> {
    return good(await this.ask({ event: 'account', account })) as AccountSnapshot
  }

  /** A buy far below the market. */
  rest(account: number, clientOrderId: string): Promise<Answer> {
    return this.place(account, clientOrderId, { type: 'limit', limitTicks: 5_000, timeInForce: 'gtc' })
  }

  async count(sql: string): Promise<number> {
    return Number((await this.sql<{ count: string }>(sql))[0]?.count)
  }

  /** On a separate connection, as an operator would. */
  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url })
    await client.connect()
    try {
      return (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows
    } finally {
      await client.end()
    }
  }

  async close(): Promise<void> {
    this.proxy.mend()
    await this.exchange[Symbol.asyncDispose]()
    await this.database[Symbol.asyncDispose]()
    await this.proxy[Symbol.asyncDispose]()
    await this.#fresh[Symbol.asyncDispose]()
  }
}

function moved(instrument: InstrumentState, factor: number): InstrumentState {
  const { value, flow } = instrument
  return {
    ...instrument,
    value: { ...value, logReturn: value.logReturn + Math.log(factor) },
    flow: { ...flow, followedTicks: flow.followedTicks * factor },
  }
}

export const good = (answer: Answer): unknown => {
  expect(answer).toMatchObject({ ok: true })
  return answer.ok ? answer.data : undefined
}

/** A buy at the market. */
export const orderOf = (account: number, clientOrderId: string): PlaceOrderRequest => ({
  event: 'order.place',
  account,
  clientOrderId,
  symbol: 'VLNT',
  side: 'buy',
  type: 'market',
  lots: 10,
  limitTicks: 0,
  timeInForce: 'ioc',
  postOnly: false,
  reduceOnly: false,
  selfTrade: 'cancel_maker',
  source: 'api',
  validUntilMs: Date.now() + 5_000,
})
