import { setImmediate as turn } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { pino } from 'pino'
import { io as connectTo, type Socket } from 'socket.io-client'
import type { Answer } from '@valiant/shared/protocol/events'
import { Feed } from '../feed/feed.ts'
import { ExchangeStandIn, instruments } from './exchange-stand-in.fixture.ts'
import { type Gateway, type GatewayLimits, type GatewayParts, openGateway, type OperatorLimits } from './gateway.ts'

const limits: OperatorLimits = {
  ordersPerSecond: 50,
  ordersBurst: 100,
  openOrders: 200,
  requestsPerSecond: 100,
  pagesPerSecond: 30,
  guestsPerMinute: 30,
  guestsPerHour: 300,
  socketsPerAccount: 20,
  publicSocketsPerAddress: 50,
  preferences: 64,
  preferenceBytesTotal: 262_144,
  alerts: 100,
  drainSpreadMs: 0,
}

const none = () => Promise.resolve([])

/** No API keys: test/protocol tests those, with the database. */
const noKeys: GatewayParts['keys'] = {
  create: () => Promise.resolve(undefined),
  ofText: () => Promise.resolve(undefined),
  lives: () => Promise.resolve(false),
  list: none,
  revoke: () => Promise.resolve(false),
  revokeAll: none,
}

/** No guest is ever absent. */
const noGuests: GatewayParts['guests'] = { absent: none, delete: () => Promise.resolve() }

/** No password is one too many. */
const noAttempts: GatewayParts['attempts'] = { take: () => Promise.resolve(0), giveBack: () => Promise.resolve() }

/** No operator removes anybody. */
const noRemovals: GatewayParts['removals'] = {
  pending: none,
  done: () => Promise.resolve(true),
  deleteUser: none,
}

/** No preferences: there is no user row to store them with. */
const noPreferences: GatewayParts['preferences'] = {
  read: () => Promise.resolve({}),
  set: () => Promise.resolve('full'),
  hasRequest: () => Promise.resolve(false),
  move: () => Promise.resolve(),
}

/** No alerts. */
export const noAlerts: GatewayParts['alerts'] = {
  create: () => Promise.resolve('full'),
  delete: () => Promise.resolve('none'),
  hasRequest: () => Promise.resolve(false),
  deleteAll: () => Promise.resolve(),
  list: none,
  unsent: none,
  markSent: () => Promise.resolve(),
}

type Users = Parameters<typeof memoryAdapter>[0]
interface SharedParts extends Partial<Pick<GatewayParts, 'adapter' | 'alerts' | 'instanceId' | 'metrics' | 'ready'>> {
  readonly exchange?: ExchangeStandIn
  readonly users?: Users
}

/** An empty database of users. */
export const noUsers = (): Users => ({ user: [], session: [], account: [], verification: [] })

/** A gateway for one test file, with a stand-in for the exchange and users in memory. */
export class GatewayRig implements AsyncDisposable {
  readonly exchange: ExchangeStandIn
  readonly url: string
  readonly #gateway: Gateway
  readonly #sockets: Socket[] = []

  private constructor(exchange: ExchangeStandIn, gateway: Gateway) {
    this.exchange = exchange
    this.#gateway = gateway
    this.url = `http://localhost:${gateway.port}`
  }

  /** @param shared parts that several gateways have in common */
  static async open(
    changed: Partial<GatewayLimits> = {},
    port = 0,
    page?: RequestHandler,
    {
      exchange = new ExchangeStandIn(),
      users = noUsers(),
      adapter,
      alerts = noAlerts,
      instanceId = 'gw-test',
      ready = () => true,
      metrics,
    }: SharedParts = {},
  ): Promise<GatewayRig> {
    const gateway = await openGateway({
      config: {
        port,
        host: '127.0.0.1',
        publicOrigin: undefined,
        trustProxy: '',
        authSecret: 'a secret of thirty-two characters or more',
        startingCents: 10_000_000,
        guestsKeptDays: 365,
        limits: { ...limits, ...changed },
        drainNoticeMs: 0,
        serverVersion: 'test',
      },
      instanceId,
      ...(adapter !== undefined && { adapter }),
      ...(metrics !== undefined && { metrics }),
      commands: exchange.commands,
      broadcast: exchange.broadcast,
      history: exchange.history,
      authDatabase: memoryAdapter(users),
      keys: noKeys,
      guests: noGuests,
      attempts: noAttempts,
      removals: noRemovals,
      preferences: noPreferences,
      alerts,
      news: { list: () => Promise.resolve([]) },
      instruments,
      feed: new Feed({ instruments }),
      bars: { bars: none, barBefore: () => Promise.resolve(undefined), barEnds: none },
      page,
      ready,
      logger: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
    })
    exchange.broadcast.publishStatus({ epoch: 1, market: 'open' })
    await turn()
    return new GatewayRig(exchange, gateway)
  }

  /** Creates a guest. @returns the cookie */
  async guest(): Promise<string> {
    const response = await this.post('/api/auth/sign-in/anonymous', {})
    if (!response.ok) throw new Error(`no guest: ${response.status} ${await response.text()}`)
    return cookieOf(response)
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.url, ...headers },
      body: JSON.stringify(body),
    })
  }

  /** A socket that has been admitted; rejects with the error of `connect_error`. */
  async connect({
    cookie,
    origin = cookie === undefined ? '' : this.url,
    auth,
  }: { cookie?: string; origin?: string; auth?: Record<string, unknown> } = {}): Promise<Client> {
    const socket = connectTo(this.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { ...(cookie !== undefined && { cookie }), ...(origin !== '' && { origin }) },
      ...(auth !== undefined && { auth }),
    })
    this.#sockets.push(socket)
    const client = new Client(socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('connect_error', reject)
    })
    return client
  }

  /** Closes the gateway while clients are connected. */
  async close(): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.disconnect()
    await this.close()
  }
}

/** A client that keeps everything it receives. */
export class Client {
  readonly socket: Socket
  readonly seen: { readonly event: string; readonly frame: unknown }[] = []

  constructor(socket: Socket) {
    this.socket = socket
    socket.onAny((event: string, frame: unknown) => this.seen.push({ event, frame }))
  }

  of(event: string): unknown[] {
    return this.seen.filter((one) => one.event === event).map(({ frame }) => frame)
  }

  /** Emits with an acknowledgement and any arguments. */
  async ask(event: string, ...args: unknown[]): Promise<Answer> {
    return (await this.socket.timeout(6_000).emitWithAck(event, ...args)) as Answer
  }
}

export const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
