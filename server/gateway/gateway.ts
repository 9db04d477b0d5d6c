import { once } from 'node:events'
import type { Server } from 'node:http'
import type { RequestHandler } from 'express'
import type { Keys } from '../auth/api-keys.ts'
import type { AttemptStore } from '../auth/attempts.ts'
import { type Auth, type AuthOptions, openAuth } from '../auth/auth.ts'
import type { GuestStore } from '../auth/guests.ts'
import type { PreferenceStore } from '../auth/preferences.ts'
import type { RemovalStore } from '../auth/removals.ts'
import type { Broadcast } from '../bus/broadcast.ts'
import type { CommandBus } from '../bus/commands.ts'
import type { Feed } from '../feed/feed.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { ListedInstrument } from '../instruments.ts'
import type { AlertStore } from '../journal/alerts.ts'
import type { History } from '../journal/history.ts'
import type { NewsArchive } from '../journal/news.ts'
import { GatewayMetrics } from '../telemetry/gateway-metrics.ts'
import type { Logger } from '../telemetry/logger.ts'
import { AccountsOfUser } from './sessions/accounts-of-user.ts'
import { Admission } from './sessions/admission.ts'
import { openSocketServer } from './socket-server.ts'
import type { RoomsAdapter } from './valiant-socket.ts'
import { AlertNotifier } from './leader/alert-notifier.ts'
import type { BarHistory } from './market/bar-history.ts'
import { clientAddressOf, watchedForProxies } from './sessions/client-address.ts'
import { Dispatcher } from './answering/dispatcher.ts'
import { drain, type DrainTimes } from './sessions/drain.ts'
import { ExchangeRequests } from './leader/exchange-requests.ts'
import { ExchangeState } from './leader/exchange-state.ts'
import { FanOut } from './delivery/fan-out.ts'
import { openHttpServer, serveHttp } from './http/http.ts'
import { KeyDesk } from './sessions/key-desk.ts'
import { LeaderLink } from './leader/leader-link.ts'
import {
  type GatewayLimits,
  gatewayLimits,
  NewUserQuota,
  Limit,
  limitKey,
  type OperatorLimits,
} from './sessions/limits.ts'
import { marketOf } from './market/market.ts'
import { MarketData } from './market/market-data.ts'
import { MarketSubscriptions } from './market/market-subscriptions.ts'
import { NetworkBytes } from './http/measured-http.ts'
import { Origins } from './http/origin.ts'
import { pageSourceOf } from './http/page-source.ts'
import { Pings } from './delivery/pings.ts'
import { showReadings } from './readings.ts'
import type { AccountHistory } from './requests/history.ts'
import { accountHandlers, databaseIds, databaseRelays, exchangeRelays } from './requests/tables.ts'
import { CancelOnDisconnect } from './sessions/cancel-on-disconnect.ts'
import { Resuming } from './sessions/resuming.ts'
import { restRouter } from './http/rest.ts'
import { Sessions } from './sessions/sessions.ts'
import { Farewells } from './sessions/farewells.ts'
import { SocketDrain } from './sessions/socket-drain.ts'
import { GuestRetention } from './sessions/guest-retention.ts'
import { OperatorRemovals } from './sessions/operator-removals.ts'
import { UserRemoval } from './sessions/user-removal.ts'
import { recentHistory } from './market/seed-feed.ts'
import { SlowSockets } from './delivery/slow-sockets.ts'
import { Sockets } from './sockets.ts'

export type { DrainTimes } from './sessions/drain.ts'
export type { GatewayLimits, OperatorLimits } from './sessions/limits.ts'

export interface GatewayConfig {
  readonly port: number
  readonly host: string
  readonly publicOrigin: string | undefined
  /** A number of hops, or comma-separated addresses and CIDRs; undefined trusts nothing. */
  readonly trustProxy: string | undefined
  readonly authSecret: string
  /** Cash of a new account. */
  readonly startingCents: number
  /** Guests who have not come back for this long are removed. */
  readonly guestsKeptDays: number
  /** Limits that are not given default to those of the protocol. */
  readonly limits: OperatorLimits & Partial<GatewayLimits>
  /** The time between /readyz failing and new connections being refused; the spread is `limits.drainSpreadMs`. */
  readonly drainNoticeMs: DrainTimes['noticeMs']
  readonly serverVersion: string
}

export interface GatewayParts {
  readonly config: GatewayConfig
  /** Unique among the instances. */
  readonly instanceId: string
  readonly commands: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  /** Connects the socket rooms of all instances; without it this is the only instance. */
  readonly adapter?: RoomsAdapter
  readonly history: AccountHistory & Pick<History, 'accountsOf' | 'moveAccounts' | 'ownerOf' | 'seqsOf'>
  /** better-auth's pool: its search_path is `auth`. */
  readonly authDatabase: AuthOptions['database']
  readonly keys: Keys
  readonly guests: GuestStore
  readonly attempts: AttemptStore
  readonly removals: RemovalStore
  readonly preferences: PreferenceStore
  readonly alerts: AlertStore
  readonly news: NewsArchive
  readonly instruments: readonly ListedInstrument[]
  /** The mirror of the market. Only the gateway applies frames to it. */
  readonly feed: Feed
  readonly bars: BarHistory
  /** SvelteKit's handler; undefined serves no pages. */
  readonly page: RequestHandler | undefined
  /** Whether the rest of the process is ready for traffic. */
  readonly ready: () => boolean
  readonly logger: Logger
  readonly metrics?: GatewayMetrics
}

/** Everything that clients connect to. Disposing of it drains it first. */
export interface Gateway extends AsyncDisposable {
  /** The port it listens on, also where 0 was configured. */
  readonly port: number
}

/** Opens the gateway and listens. @throws {Error} if it cannot listen on the address */
export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, instanceId, commands, broadcast, history, alerts, preferences, feed, logger } = parts
  const { metrics = new GatewayMetrics() } = parts
  const limits = gatewayLimits(config.limits)
  const { httpServer, app } = openHttpServer()
  const network = new NetworkBytes(httpServer)
  const origins = new Origins(config.publicOrigin)
  const clientAddress = watchedForProxies(clientAddressOf(config.trustProxy ?? ''), config, logger)
  const instruments = new Map(parts.instruments.map((instrument) => [instrument.wire.symbol, instrument]))
  const instrumentOf = (symbol: string) => instruments.get(symbol)

  // Closed last to first, so that no timer keeps the process alive.
  await using opened = new AsyncDisposableStack()
  // With other instances, clients need not wait for this one: it accepts sockets once it has the market and a leader.
  let hasBeenReady = parts.adapter === undefined
  const isServing = () => (hasBeenReady ||= parts.ready())
  const io = openSocketServer(httpServer, {
    ...{ origins, limits, clientAddress, adapter: parts.adapter, isServing, metrics },
  })
  opened.defer(() => io.close())
  const farewells = new Farewells(io)
  const socketDrain = new SocketDrain(io)
  const fanOut = new FanOut(io)
  opened.use(new Pings({ io, fanOut }))

  const state = opened.use(new ExchangeState((status) => sockets.sendStatus(status)))
  const exchange = opened.use(new ExchangeRequests({ bus: commands, gateway: instanceId, isOpen: () => state.isOpen }))
  const accountsOfUser = new AccountsOfUser({ exchange, history, startingCents: config.startingCents })
  const removal = new UserRemoval({ exchange, accounts: accountsOfUser, keys: parts.keys, alerts, farewells })
  const { auth, sessions } = openSessions(parts, { limits, origins, accountsOfUser, removal })
  auth.onSessionEnded((id) => farewells.end({ kind: 'session', id }))
  opened.use(new OperatorRemovals({ removals: parts.removals, removal, farewells, log: logger }))
  opened.use(new GuestRetention({ guests: parts.guests, removal, days: config.guestsKeptDays, log: logger }))

  const subscriptions = new MarketSubscriptions({ io, feed, subscriptionsMax: limits.subscriptions })
  const slowSockets = opened.use(new SlowSockets({ io, subscriptions, fanOut, logger }))
  const market = marketOf({ feed, bars: parts.bars, archive: parts.news, subscriptions })
  const marketData = new MarketData({
    feed,
    subscriptions,
    rooms: fanOut,
    onGap: () => leaderLink.missed(),
    historyOf: (symbol) => recentHistory(parts.bars, symbol, Math.max(Date.now(), feed.timeMs)),
    log: logger,
  })

  const watch = opened.use(new CancelOnDisconnect(exchange))
  const ownerOf = (account: number) => history.ownerOf(account)
  const accountsOf = (userId: string) => accountsOfUser.numbers(userId)
  const ofAccounts = accountHandlers({
    ...{ exchange, accountsOf, history, alerts, preferences, ownerOf, instrumentOf },
    cancelsOnDisconnect: { watch, isConnected: (id) => io.of('/').sockets.has(id) },
  })
  const dispatcher = new Dispatcher({
    handlers: { ...market.handlers, ...ofAccounts },
    relays: {
      ...exchangeRelays({ exchange, instrumentOf }),
      ...databaseRelays({ preferences, ownerOf, alerts, instrumentOf, limits }),
    },
    isUsedId: databaseIds({ preferences, ownerOf, alerts }),
    ...{ exchange, logger, metrics, limits },
  })

  const sockets: Sockets = opened.use(
    new Sockets({
      ...{ io, dispatcher, sessions, limits, fanOut, farewells, socketDrain, instanceId, logger, metrics },
      cancelOnDisconnect: watch,
      admission: new Admission({ sessions, limits, clientAddress, logger, metrics }),
      resuming: new Resuming(exchange),
      serverVersion: config.serverVersion,
      epoch: () => market.epoch(),
      joined: (account) => alertNotifier.joined(account),
      status: () => state.status,
    }),
  )
  const alertNotifier: AlertNotifier = opened.use(new AlertNotifier({ alerts, instrumentOf, sockets, logger }))
  const leaderLink: LeaderLink = opened.use(
    new LeaderLink({
      ...{ broadcast, feed, marketData, state, exchange, sockets, alerts: alertNotifier, history, logger },
    }),
  )

  const keys = new KeyDesk({ keys: parts.keys, accountsOf, farewells })
  const admitPage = pageAdmission(limits, metrics)
  let leaving = false
  serveHttp(app, {
    ...{ auth, origins, clientAddress, logger, metrics, page: parts.page, bodyBytesMax: limits.frameBytes },
    api: restRouter({ dispatcher, sessions, keys, market, instrumentOf, clientAddress, limits, logger, metrics }),
    pageSourceOf: (request) =>
      pageSourceOf(request, {
        ...{ market, status: () => state.status, sessions, exchange, lists: ofAccounts, preferences },
        startingCents: config.startingCents,
        admit: () => admitPage(clientAddress(request)),
      }),
    ready: () => !leaving && parts.ready(),
    https: config.publicOrigin?.startsWith('https:') ?? false,
  })
  opened.defer(showReadings(metrics, { sockets, socketDrain, slowSockets, fanOut, exchange, state, feed, network }))
  const port = await listening(httpServer, config)
  const closing = opened.move()
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      leaving = true
      const times = { noticeMs: config.drainNoticeMs, spreadMs: limits.drainSpreadMs }
      await drain({ httpServer, sockets, socketDrain, exchange }, times)
      await closing.disposeAsync()
    },
  }
}

interface SessionParts {
  readonly limits: GatewayLimits
  readonly origins: Origins
  readonly accountsOfUser: AccountsOfUser
  readonly removal: UserRemoval
}

/** Who signs in, and which accounts are theirs. */
function openSessions(
  { config, authDatabase, attempts, keys, history, preferences, logger }: GatewayParts,
  { limits, origins, accountsOfUser, removal }: SessionParts,
): { readonly auth: Auth; readonly sessions: Sessions } {
  const newUsers = new NewUserQuota(limits)
  const auth = openAuth({
    database: authDatabase,
    secret: config.authSecret,
    publicOrigin: config.publicOrigin,
    port: config.port,
    attempts,
    admitUser: (address) => newUsers.take(address),
    ensureAccount: (user) => accountsOfUser.ensure(user),
    // Accounts first. If the sign-in fails in between, the next attempt repeats both, which is harmless.
    moveAccounts: async (users) => {
      await history.moveAccounts(users)
      await preferences.move(users)
    },
    closeAccounts: (userId) => removal.closeAccounts(userId),
    logger,
  })
  return { auth, sessions: new Sessions({ auth, keys, accounts: accountsOfUser, origins }) }
}

/** Limits the pages that an address is served. @returns takes one, and gives 0 or the milliseconds until the next */
function pageAdmission({ pagesPerSecond }: GatewayLimits, metrics: GatewayMetrics) {
  const pages = new Limit(pagesPerSecond, 1)
  return async (address: string): Promise<number> => {
    const waitMs = await pages.take(limitKey(address))
    if (waitMs > 0) metrics.rateLimited.inc({ limit: 'pages' })
    return waitMs
  }
}

/** @returns the port it listens on, also where 0 was configured */
async function listening(server: Server, { port, host }: Pick<GatewayConfig, 'port' | 'host'>): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
