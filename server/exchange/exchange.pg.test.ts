import { fileURLToPath } from 'node:url'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import { parseId } from '@valiant/shared/units/id'
import { pino } from 'pino'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
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
class Rig {
  readonly bus = new MemoryCommandBus()
  readonly broadcast = new MemoryBroadcast<MarketFrame>()
  readonly accountFrames: { account: number; frame: AccountFrame }[] = []
  readonly marketFrames: MarketFrame[] = []
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
      status: () => undefined,
    })
    this.exchange = this.#start()
  }

  static async open(): Promise<Rig> {
    const fresh = await freshDatabase()
    const rig = new Rig(fresh, await openDatabase({ url: fresh.url, logger: log }))
    await rig.exchange.leading
    return rig
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
    const request: PlaceOrderRequest = {
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
      ...more,
    }
    return this.ask(request, { commandId: `o:${clientOrderId}` })
  }

  /** A buy far below the market. */
  rest(account: number, clientOrderId: string): Promise<Answer> {
    return this.place(account, clientOrderId, { type: 'limit', limitTicks: 5_000, timeInForce: 'gtc' })
  }

  async count(sql: string): Promise<number> {
    const client = new pg.Client({ connectionString: this.url })
    await client.connect()
    try {
      return Number((await client.query<{ count: string }>(sql)).rows[0]?.count)
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

const good = (answer: Answer): unknown => {
  expect(answer).toMatchObject({ ok: true })
  return answer.ok ? answer.data : undefined
}
let rig: Rig
afterEach(() => rig.close())

describe('the exchange', () => {
  it('fills a market order, and the journal has it when the answer comes', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    const order = good(await rig.place(account, 'a'))
    expect(order).toMatchObject({ status: 'filled', filledQty: '10', clientOrderId: 'a' })
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account} AND status = 'filled'`)).toBe(1)
    const [deposit, bought] = rig.accountFrames.map(({ frame }) => frame)
    expect(deposit).toMatchObject({ seq: 1, cause: 'deposit', balance: { cash: '100000.00' } })
    expect(bought).toMatchObject({ seq: 2, cause: 'order', orders: [{ status: 'filled' }], positions: [{ qty: '10' }] })
  })

  it('says quotes, books and trades in frames that rise by one', async () => {
    rig = await Rig.open()
    await expect.poll(() => rig.marketFrames.length).toBeGreaterThan(10)
    const [first, ...rest] = rig.marketFrames
    expect(first).toMatchObject({ full: true, seq: 1 })
    expect(rest.map(({ seq }) => seq)).toEqual(rest.map((_, i) => i + 2))
  })

  it('the same id is the same order: at once, while it commits, and after a restart', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    const answers = await Promise.all([rig.rest(account, 'a'), rig.rest(account, 'a'), rig.rest(account, 'a')] as const)
    expect(answers.map(({ duplicate }) => duplicate ?? false)).toEqual([false, true, true])
    expect(await rig.rest(account, 'a')).toEqual({ ...withoutRate(answers[0]), duplicate: true })
    await rig.restart()
    expect(await rig.rest(account, 'a')).toEqual({ ...withoutRate(answers[0]), duplicate: true })
    expect(good(await rig.ask({ event: 'account', account }))).toMatchObject({ openOrders: [{ clientOrderId: 'a' }] })
  })

  it('another order under a known id is refused and names the first', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    const first = good(await rig.rest(account, 'a')) as { orderId: string }
    const request = { event: 'order.cancelAll', account } as const
    const other = await rig.ask(request, { commandId: 'o:a', hash: 'bb' })
    expect(other).toMatchObject({
      ok: false,
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID', outcome: 'not_executed', order: { orderId: first.orderId } },
    })
  })

  it('a cancel of a closed order says how it ended, one of an unknown order leaves nothing behind', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    good(await rig.place(account, 'a'))
    const cancel = (clientOrderId: string, commandId: string) =>
      rig.ask({ event: 'order.cancel', account, clientOrderId }, { commandId })
    expect(await cancel('a', 'r:1')).toMatchObject({
      ok: false,
      error: { code: 'ORDER_CLOSED', order: { status: 'filled' } },
    })
    expect(await cancel('b', 'r:2')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } })
    good(await rig.rest(account, 'b'))
    expect(await cancel('b', 'r:2')).toMatchObject({ ok: false, duplicate: true, error: { code: 'NOT_FOUND' } })
    expect(good(await cancel('b', 'r:3'))).toMatchObject({ status: 'canceled', reason: 'user' })
  })

  it('an order is as it stands after the commit of all that came before', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    const [, read] = await Promise.all([
      rig.place(account, 'a'),
      rig.ask({ event: 'order.get', account, clientOrderId: 'a' }),
    ])
    expect(good(read)).toMatchObject({ status: 'filled', filledQty: '10', clientOrderId: 'a' })
  })

  it('money, position, resting orders and prices go on after a restart', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    good(await rig.place(account, 'a'))
    good(await rig.rest(account, 'b'))
    const before = good(await rig.ask({ event: 'account', account })) as { account: { cash: string; held: string } }
    const epoch = rig.marketFrames.at(-1)?.epoch ?? 0
    await rig.restart()
    const after = good(await rig.ask({ event: 'account', account }))
    expect(after).toMatchObject({
      account: { cash: before.account.cash, held: before.account.held },
      positions: [{ symbol: 'VLNT', qty: '10' }],
      openOrders: [{ clientOrderId: 'b', status: 'open' }],
    })
    expect(rig.marketFrames.at(-1)?.epoch).toBe(epoch + 1)
  })

  it('one user has one account, however often it is asked for', async () => {
    rig = await Rig.open()
    const accounts = await Promise.all([rig.openAccount('u'), rig.openAccount('u'), rig.openAccount('v')])
    expect(new Set(accounts).size).toBe(2)
    await rig.restart()
    expect(await rig.openAccount('u')).toBe(accounts[0])
  })

  it('a lost database connection costs delay and nothing else', async () => {
    rig = await Rig.open()
    const account = await rig.openAccount('user-1')
    const client = new pg.Client({ connectionString: rig.url })
    await client.connect()
    const ids = Array.from({ length: 60 }, (_, i) => `order-${i}`)
    const asked: Promise<Answer>[] = []
    for (const [i, id] of ids.entries()) {
      asked.push(rig.place(account, id, { lots: 1 }))
      if (i % 20 === 10) {
        await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'valiant-commit%'`,
        )
      }
    }
    for (const answer of await Promise.all(asked)) expect(good(answer)).toMatchObject({ status: 'filled' })
    await client.end()
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account} AND status = 'filled'`)).toBe(60)
    expect(
      await rig.count('SELECT count(*) FROM (SELECT asset FROM ledger_entry GROUP BY asset HAVING sum(amount) <> 0) x'),
    ).toBe(0)
  })
})

const withoutRate = ({ rate: _, ...answer }: Answer) => answer
