import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseCents } from '@valiant/shared/units/cents'
import type { RequestHandler } from 'express'
import { keptSecret } from './auth/secret.ts'
import { MemoryBroadcast } from './bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from './bus/memory/memory-commands.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { openDatabase } from './database/database.ts'
import { startEmbeddedPostgres } from './database/embedded-postgres.ts'
import { migrate } from './database/migrations.ts'
import { reasonOf, StartupError } from './database/startup-error.ts'
import { addEnvFile } from './env-file.ts'
import { systemClock } from './exchange/clock.ts'
import { Exchange } from './exchange/exchange.ts'
import { Feed } from './feed/feed.ts'
import type { MarketFrame } from './feed/market-frame.ts'
import { type Gateway, type GatewayParts, openGateway } from './gateway/gateway.ts'
import { seedFeed } from './gateway/seed-feed.ts'
import { readInstruments } from './instruments.ts'
import { Bars } from './journal/bars.ts'
import { History } from './journal/history.ts'
import { seedInstruments } from './journal/instruments.ts'
import { openLogger, type Logger } from './telemetry/logger.ts'

/** The wiring of one server, and nothing else: it alone knows the concrete parts and reads the environment. */

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
/** A stop that takes longer has hung: the supervisor would kill us at 30 s. */
const STOP_MS_MAX = 25_000

async function serve(config: Config, log: Logger): Promise<void> {
  const say = (text: string) => log.info(text)
  const { stopped, isStopping } = onStopSignal(say)
  const dataDir = resolve(ROOT, config.DATA_DIR)
  const listed = listedInstruments(config)
  const page = await pageHandler(config)

  await using parts = new AsyncDisposableStack()
  const url = config.DATABASE_URL ?? parts.use(await startEmbeddedPostgres({ dataDir, say })).url
  if (isStopping()) return
  const leaseUrl = config.LEASE_DATABASE_URL
  const database = parts.use(await openDatabase({ url, logger: log, ...(leaseUrl !== undefined && { leaseUrl }) }))
  await migrate(url, say)
  if (isStopping()) return
  const versions = await seedInstruments(
    database.queries,
    listed.map(({ wire, spec }) => ({ ...wire, maxTicks: spec.maxTicks })),
  )
  const instruments = listed.map((one) => ({
    ...one,
    wire: { ...one.wire, version: versions.get(one.wire.symbol) ?? 1 },
  }))
  const bars = new Bars(database.queries)

  const commands = new MemoryCommandBus()
  const broadcast = new MemoryBroadcast<MarketFrame>()
  const feed = new Feed({ instruments })
  const instanceId = randomUUID()
  let isReady = false
  // The gateway first, since it must not miss the first frame; it says "not ready" until the exchange leads.
  const gateway = await listen({
    config: {
      port: config.PORT,
      host: config.HOST,
      publicOrigin: config.PUBLIC_ORIGIN,
      trustProxy: config.TRUST_PROXY,
      authSecret: config.AUTH_SECRET ?? (await keptSecret(dataDir)),
      startingCents: centsOf(config.STARTING_CASH),
      limits: {
        ordersPerSecond: config.LIMIT_ORDERS_PER_SECOND,
        ordersBurst: config.LIMIT_ORDERS_BURST,
        openOrders: config.LIMIT_OPEN_ORDERS,
        requestsPerSecond: config.LIMIT_REQUESTS_PER_SECOND,
        guestsPerMinute: config.LIMIT_GUESTS_PER_MINUTE,
        guestsPerHour: config.LIMIT_GUESTS_PER_HOUR,
        socketsPerAccount: config.LIMIT_SOCKETS_PER_ACCOUNT,
        publicSocketsPerAddress: config.LIMIT_PUBLIC_SOCKETS_PER_ADDRESS,
        drainSpreadMs: config.DRAIN_SPREAD_MS,
      },
      drainNoticeMs: config.DRAIN_NOTICE_MS,
      serverVersion: version(),
    },
    instanceId,
    commands,
    broadcast,
    history: new History(database.queries),
    authDatabase: database.authPool(),
    instruments,
    feed,
    bars,
    onGap: () => log.error('feed: frames of the market are missing in one process'),
    page,
    ready: () => isReady,
    logger: log,
  })
  const exchange = Exchange.start({
    database,
    bus: commands,
    broadcast,
    instruments,
    clock: systemClock,
    log,
    holder: instanceId,
    seed: config.SEED,
    live: config.MARKET_LIVENESS,
    rates: { ordersPerSecond: config.LIMIT_ORDERS_PER_SECOND, ordersBurst: config.LIMIT_ORDERS_BURST },
    maxOpenOrdersPerInstrument: config.LIMIT_OPEN_ORDERS,
  })
  parts.use(exchange)
  // Closed first: everyone is answered and sent away while the exchange still works.
  parts.use(gateway)

  const started = await Promise.race([exchange.leading.then(() => 'leads'), stopped, exchange.ended])
  if (started === 'leads') {
    await seedFeed(feed, bars, Date.now())
    isReady = true
    say(`Valiant is at ${config.PUBLIC_ORIGIN ?? `http://localhost:${gateway.port}`}`)
    await Promise.race([stopped, exchange.ended])
  }
}

/**
 * Resolves at the first SIGTERM, Ctrl-C or closing of the terminal; later ones change nothing, since the stop is under
 * way. A database that is starting is started to its end first: half of one would be left behind.
 */
function onStopSignal(say: (text: string) => void): { stopped: Promise<void>; isStopping: () => boolean } {
  const { promise: stopped, resolve } = Promise.withResolvers<undefined>()
  let isStopping = false
  const stop = () => {
    if (isStopping) return
    isStopping = true
    say('Stopping …')
    setTimeout(() => process.exit(1), STOP_MS_MAX).unref()
    resolve(undefined)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop)
  return { stopped, isStopping: () => isStopping }
}

async function listen(parts: GatewayParts): Promise<Gateway> {
  try {
    return await openGateway(parts)
  } catch (cause) {
    const { host, port } = parts.config
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EADDRINUSE') {
      throw new StartupError(`Port ${port} is taken by another program. Stop it, or set PORT to a free one.`, { cause })
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new StartupError(`Cannot listen on ${host}, port ${port}: ${reasonOf(cause)}. Set HOST or PORT.`, { cause })
    }
    throw cause
  }
}

function listedInstruments({ INSTRUMENTS_FILE }: Config) {
  const file = resolve(ROOT, INSTRUMENTS_FILE)
  try {
    return readInstruments(file)
  } catch (cause) {
    const reason = reasonOf(cause).replace(`${file}: `, '')
    throw new StartupError(`Cannot use ${file}: ${reason}. Mend it, or set INSTRUMENTS_FILE to another.`, { cause })
  }
}

/** SvelteKit's handler out of the built terminal. */
async function pageHandler({ PUBLIC_ORIGIN }: Config): Promise<RequestHandler> {
  const file = join(ROOT, 'web/build/handler.js')
  if (!existsSync(file)) throw new StartupError('The terminal is not built. Run `npm run build` first.')
  if (PUBLIC_ORIGIN !== undefined) process.env['ORIGIN'] = PUBLIC_ORIGIN // what adapter-node reads
  const { handler } = (await import(pathToFileURL(file).href)) as { handler: RequestHandler }
  return handler
}

function centsOf(money: string): number {
  const parsed = parseCents(money)
  if (!parsed.ok) throw new StartupError(`STARTING_CASH: expected money such as 100000.00, found ${money}.`)
  return parsed.value
}

const version = (): string => {
  const { version: found } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  return found
}

try {
  addEnvFile(process.env, ROOT)
  const config = readConfig(process.env)
  const log = openLogger({ level: config.LOG_LEVEL })
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'a promise was rejected and nobody minded: a defect')
    process.exitCode = 1
    throw error
  })
  await serve(config, log)
  log.info('Stopped.')
  process.exit(0)
} catch (error) {
  const isPlain = error instanceof StartupError || error instanceof ConfigError
  console.error(isPlain ? error.message : error)
  process.exit(1)
}
