import { fileURLToPath } from 'node:url'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import { parseId } from '@valiant/shared/units/id'
import { pino } from 'pino'
import pg from 'pg'
import { expect } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import type { MarketStatus } from '../bus/broadcast.ts'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import type { ExchangeRequest, PlaceOrderRequest } from '../bus/exchange-request.ts'
import { type Database, openDatabase } from '../database/database.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { readInstruments } from '../instruments.ts'
import { systemClock } from './clock.ts'
import { Exchange } from './exchange.ts'

const INSTRUMENTS = readInstruments(fileURLToPath(new URL('../../db/instruments.json', import.meta.url))).slice(0, 2)
const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })

/** An exchange on a database of its own, and a gateway's side of its buses. */
export class ExchangeRig {
  readonly bus = new MemoryCommandBus()
  readonly broadcast = new MemoryBroadcast<MarketFrame>()
  readonly accountFrames: { account: number; frame: AccountFrame }[] = []
  readonly marketFrames: MarketFrame[] = []
  readonly statuses: MarketStatus[] = []
  readonly #waiting = new Map<string, (answer: Answer) => void>()
  readonly #fresh: FreshDatabase
  database: Database
  exchange: Exchange
  #sent = 0

  private constructor(fresh: FreshDatabase, database: Database) {
    this.#fresh = fresh
    this.database = database
    this.bus.onReply('rig', ({ id, answer }) => this.#waiting.get(id)?.(answer))
    this.broadcast.subscribe({
      market: (frame) => void this.marketFrames.push(frame),
      account: (account, frame) => void this.accountFrames.push({ account, frame }),
      status: (status) => void this.statuses.push(status),
    })
    this.exchange = this.#start()
  }

  static async open(): Promise<ExchangeRig> {
    const rig = await ExchangeRig.starting()
    await rig.exchange.leading
    return rig
  }

  /** One that may not lead yet. */
  static async starting(): Promise<ExchangeRig> {
    const fresh = await freshDatabase()
    return new ExchangeRig(fresh, await openDatabase({ url: fresh.url, logger: log }))
  }

  get url(): string {
    return this.#fresh.url
  }

  #start(): Exchange {
    return Exchange.start({
      database: this.database,
      bus: this.bus,
      broadcast: this.broadcast,
      instruments: INSTRUMENTS,
      clock: systemClock,
      log,
      holder: 'rig',
      seed: 7,
      live: 0.25,
      rates: { ordersPerSecond: 1_000, ordersBurst: 1_000 },
      maxOpenOrdersPerInstrument: 200,
    })
  }

  async restart(): Promise<void> {
    await this.exchange[Symbol.asyncDispose]()
    this.exchange = this.#start()
    await this.exchange.leading
  }

  /** Sends without waiting; `hash` stands for the content. */
  ask(
    request: ExchangeRequest,
    { commandId, hash = 'aa' }: { commandId?: string; hash?: string } = {},
  ): Promise<Answer> {
    const id = String((this.#sent += 1))
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve))
    void this.bus.send({
      id,
      gateway: 'rig',
      expiresAtMs: Date.now() + 5_000,
      request,
      ...(commandId !== undefined && { commandId, payloadHash: hash }),
    })
    return answered
  }

  async openAccount(userId: string): Promise<number> {
    const answer = good(await this.ask({ event: 'accounts.create', userId, name: 'Guest', startingCents: 10_000_000 }))
    return parseId((answer as { id: string }).id)?.account ?? 0
  }

  place(account: number, clientOrderId: string, more: Partial<PlaceOrderRequest> = {}): Promise<Answer> {
    const request = { ...orderOf(account, clientOrderId), ...more }
    return this.ask(request, { commandId: `o:${clientOrderId}` })
  }

  /** A buy far below the market. */
  rest(account: number, clientOrderId: string): Promise<Answer> {
    return this.place(account, clientOrderId, { type: 'limit', limitTicks: 5_000, timeInForce: 'gtc' })
  }

  async count(sql: string): Promise<number> {
    return Number((await this.sql<{ count: string }>(sql))[0]?.count)
  }

  /** As an operator would, on a connection of its own. */
  async sql<Row extends object>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url })
    await client.connect()
    try {
      return (await client.query<Row & pg.QueryResultRow>(text)).rows
    } finally {
      await client.end()
    }
  }

  async close(): Promise<void> {
    await this.exchange[Symbol.asyncDispose]()
    await this.database[Symbol.asyncDispose]()
    await this.#fresh[Symbol.asyncDispose]()
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
  selfTrade: 'cancel_maker',
  source: 'api',
  validUntilMs: Date.now() + 5_000,
})
