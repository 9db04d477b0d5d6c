import './telemetry/instrument.ts' // before all that it watches
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { RequestHandler } from 'express'
import { keptSecret } from './auth/secret.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { openDatabase } from './database/database.ts'
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './database/embedded-postgres.ts'
import { migrate } from './database/migrations.ts'
import { PostgresKeeper } from './database/postgres-keeper.ts'
import { reasonOf, StartupError } from './database/startup-error.ts'
import { addEnvFile } from './env-file.ts'
import { systemClock } from './exchange/clock.ts'
import { Exchange } from './exchange/exchange.ts'
import { Feed } from './feed/feed.ts'
import { openGateway } from './gateway/gateway.ts'
import { seedFeed } from './gateway/market/seed-feed.ts'
import { definitionsOf, readInstruments } from './instruments.ts'
import { Bars } from './journal/bars.ts'
import { seedInstruments } from './journal/instruments.ts'
import { misspelledSettings } from './misspelled-settings.ts'
import { only } from './telemetry/observable-metrics.ts'
import { openLogger, type Logger } from './telemetry/logger.ts'
import { Metrics } from './telemetry/metrics.ts'
import { version } from './telemetry/release.ts'
import { endTracing, reportDefect } from './telemetry/tracing.ts'
import { openBuses } from './wiring/buses.ts'
import { gatewayConfig } from './wiring/gateway-config.ts'
import { gatewayStores } from './wiring/gateway-stores.ts'
import { openHealthServer } from './wiring/health-server.ts'
import { listen } from './wiring/listen.ts'
import { marketReady } from './wiring/market-ready.ts'
import { openMetricsPort } from './wiring/metrics-port.ts'
import { pageEnvironment } from './wiring/page-environment.ts'
import { onStopSignal } from './wiring/stop-signal.ts'

/* The wiring of one server: the only file that reads the environment and knows the concrete parts. */

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
/** A hand-over that takes longer has failed; closing the exchange then releases the lease. */
const HAND_OVER_MS_MAX = 3_000

async function serve(config: Config, log: Logger): Promise<void> {
  const say = (text: string) => log.info(text)
  const stop = onStopSignal(say)
  const dataDir = resolve(ROOT, config.DATA_DIR)
  const listed = listedInstruments(config)
  const page = config.ROLE === 'exchange' ? undefined : await pageHandler(config)

  await using parts = new AsyncDisposableStack()
  const metrics = new Metrics({ version: version(), role: config.ROLE })
  let isReady = false
  const ready = () => isReady && !stop.isStopping()
  metrics.ready.from(() => only(ready() ? 1 : 0))
  const atMetrics = { port: config.METRICS_PORT ?? 0, host: config.HOST, setting: 'METRICS_PORT' } as const
  parts.use(await listen(atMetrics, () => openMetricsPort(config, { metrics, log })))
  const url = config.DATABASE_URL ?? (await embeddedUrl({ dataDir, say, log }, parts))
  if (stop.isStopping()) return
  const leaseUrl = config.LEASE_DATABASE_URL
  const database = parts.use(
    await openDatabase({
      url,
      logger: log,
      slowStatementMs: config.SLOW_STATEMENT_MS,
      metrics: metrics.database,
      ...(leaseUrl !== undefined && { leaseUrl }),
    }),
  )
  await migrate(leaseUrl ?? url, { say }) // it holds a lock of its session, which a pooler would hand to others
  if (stop.isStopping()) return
  const versions = await seedInstruments(database.queries, definitionsOf(listed))
  const instruments = listed.map((one) => ({
    ...one,
    wire: { ...one.wire, version: versions.get(one.wire.symbol) ?? 1 },
  }))
  const buses = await openBuses({ redisUrl: config.REDIS_URL, log, metrics: metrics.redis, signal: stop.signal })
  if (buses === undefined) return
  parts.use(buses)
  const { commands, broadcast, adapter } = buses
  const bars = new Bars(database.queries)
  const feed = new Feed({ instruments })
  const instanceId = randomUUID()
  const at = { port: config.PORT, host: config.HOST, setting: 'PORT', ready } as const

  // The gateway first, because it must not miss the first frame; it is not ready until it has the market.
  const waits = { feed, broadcast, say: adapter === undefined ? undefined : say }
  const market = config.ROLE === 'exchange' ? undefined : marketReady(waits, stop.signal)
  const front =
    market === undefined
      ? await listen(at, () => openHealthServer(at))
      : await listen(at, async () =>
          openGateway({
            config: gatewayConfig(config, {
              authSecret: config.AUTH_SECRET ?? (await keptSecret(dataDir)),
              serverVersion: version(),
            }),
            instanceId,
            commands,
            broadcast,
            ...(adapter !== undefined && { adapter }),
            ...gatewayStores(database.queries, config, log),
            authDatabase: database.authPool(),
            instruments,
            feed,
            bars,
            page,
            ready,
            logger: log,
            metrics: metrics.gateway,
          }),
        )
  const exchange =
    config.ROLE === 'gateway'
      ? undefined
      : Exchange.start({
          database,
          bus: commands,
          broadcast,
          instruments,
          clock: systemClock,
          log,
          holder: instanceId,
          address: `${hostname()}:${front.port}`,
          seed: config.SEED,
          historyDays: config.HISTORY_DAYS,
          liveness: config.MARKET_LIVENESS,
          rates: { ordersPerSecond: config.LIMIT_ORDERS_PER_SECOND, ordersBurst: config.LIMIT_ORDERS_BURST },
          maxOpenOrdersPerInstrument: config.LIMIT_OPEN_ORDERS,
          metrics,
        })
  if (exchange !== undefined) parts.use(exchange)
  // Closed first: everyone is answered and sent away while the exchange still works.
  parts.use(front)

  /** Resolves when the process should end because of a signal; rejects when the exchange has given the market up. */
  const over = Promise.race([stop.stopped, ...(exchange === undefined ? [] : [exchange.ended])]).then(() => 'over')
  await Promise.race([market, over])
  if (!stop.isStopping()) {
    if (market !== undefined) await seedFeed(feed, bars, Date.now())
    isReady = true
    say(addressOf(config, front.port))
    await over
  }
  if (exchange !== undefined && adapter !== undefined) await handOver(exchange, log)
}

/** Starts the embedded Postgres, which `parts` stops. @returns its connection string */
async function embeddedUrl(
  { log, ...options }: EmbeddedPostgresOptions & { log: Logger },
  parts: AsyncDisposableStack,
): Promise<string> {
  const postgres = parts.use(await startEmbeddedPostgres(options))
  parts.use(new PostgresKeeper(postgres, log))
  return postgres.url
}

/** Another instance leads from now on, and answers what the sockets of this one still ask. */
async function handOver(exchange: Exchange, log: Logger): Promise<void> {
  const handedOver = exchange.handOver().catch((error: unknown) => log.warn({ err: error }, 'the hand-over failed'))
  await Promise.race([handedOver, delay(HAND_OVER_MS_MAX, undefined, { ref: false })])
}

/** The last line that a server logs while it starts. */
const addressOf = ({ ROLE, PUBLIC_ORIGIN }: Config, port: number): string =>
  ROLE === 'exchange'
    ? `The exchange runs; its health is at http://localhost:${port}/readyz`
    : `Valiant is at ${PUBLIC_ORIGIN ?? `http://localhost:${port}`}`

function listedInstruments({ INSTRUMENTS_FILE }: Config) {
  const file = resolve(ROOT, INSTRUMENTS_FILE)
  try {
    return readInstruments(file)
  } catch (cause) {
    const reason = reasonOf(cause).replace(`${file}: `, '')
    throw new StartupError(`Cannot use ${file}: ${reason}. Mend it, or set INSTRUMENTS_FILE to another.`, { cause })
  }
}

/** SvelteKit's handler, from the built terminal. */
async function pageHandler(config: Config): Promise<RequestHandler> {
  const file = join(ROOT, 'web/build/handler.js')
  if (!existsSync(file)) throw new StartupError('The terminal is not built. Run `npm run build` first.')
  Object.assign(process.env, pageEnvironment(config))
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: RequestHandler }
  return handler
}

let log: Logger | undefined
try {
  addEnvFile(process.env, ROOT)
  const config = readConfig(process.env)
  log = openLogger({ level: config.LOG_LEVEL })
  for (const sentence of misspelledSettings(process.env)) log.warn(sentence)
  process.on('unhandledRejection', (error) => {
    log?.fatal({ err: error }, 'unhandled promise rejection')
    process.exitCode = 1
    throw error
  })
  await serve(config, log)
  log.info('Stopped.')
  await endTracing()
  process.exit(0)
} catch (error) {
  const isPlain = error instanceof StartupError || error instanceof ConfigError
  // Monitoring looks for this level. Without a log, the reason goes to the terminal.
  if (log === undefined) console.error(isPlain ? error.message : error)
  else if (isPlain) log.fatal(error.message)
  else log.fatal({ err: error }, 'fatal error, shutting down')
  if (!isPlain) reportDefect(error, { isFatal: true, ids: { where: 'main' } })
  await endTracing()
  process.exit(1)
}
