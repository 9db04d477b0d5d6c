import { Redis, type RedisOptions, ReplyError } from 'ioredis'
import type { Logger } from '../../telemetry/logger.ts'
import type { RedisMetrics } from '../../telemetry/redis-metrics.ts'

/** How often a link is checked. */
const CHECK_MS = 250
/**
 * A link is cut after more silent checks in a row than this. Counted rather than timed, because a blocked event loop delays
 * one check and does not add any.
 */
const SILENT_CHECKS_MAX = 4
const RETRY_MS_MAX = 500

/**
 * Nothing is queued for later: commands that cannot be written now fail now. Commands in flight when the link breaks fail
 * too, and are never resent without the caller's knowledge.
 */
const OPTIONS: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  keepAlive: 5_000,
  connectTimeout: 2_000,
  disconnectTimeout: 100,
  retryStrategy: (times) => Math.min(100 * times, RETRY_MS_MAX) * (0.75 + Math.random() / 2),
  // After a failover the old address may belong to a replica.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  lazyConnect: true,
  protocol: 2,
}

interface ClientOptions {
  readonly url: string
  /** Shown in `CLIENT LIST` and in logs. */
  readonly name: string
  readonly log: Logger
  readonly metrics: RedisMetrics
  readonly blocking?: boolean
}

/** Opens a client, which tries to connect until it is closed. Errors are logged, never thrown. */
export function openClient({ url, name, log, metrics, blocking = false }: ClientOptions): Redis {
  const client = new Redis(url, {
    ...OPTIONS,
    connectionName: `valiant-${name}`,
    // A blocking read would hang forever on a half-open link. This ends it without a result.
    ...(blocking && { blockingTimeout: 1_500 }),
  })
  // The opener waits for the first connection and reports failures itself. After that, each loss is logged once.
  let state: 'new' | 'up' | 'down' = 'new'
  client.on('error', (error: Error) => {
    if (state === 'up') log.warn({ err: error, client: name }, 'redis: the link is down; trying again')
    if (state === 'up') state = 'down'
  })
  client.on('ready', () => {
    if (state === 'down') log.info({ client: name }, 'redis: the link is up again')
    if (state !== 'new') metrics.reconnections.inc({ connection: name })
    state = 'up'
  })
  const forget = metrics.connected.from(() => [[{ connection: name }, client.status === 'ready' ? 1 : 0]])
  client.on('end', forget)
  client.connect().catch(() => undefined) // reported by `error`; the client retries by itself
  return client
}

/** Closes a client. Commands in flight are answered first, for at most a second. */
export async function closeClient(client: Redis): Promise<void> {
  const overdue = setTimeout(() => client.disconnect(), 1_000)
  if (client.status === 'ready') await client.quit().catch(() => undefined) // the link broke, so it is closed too
  clearTimeout(overdue)
  if (client.status !== 'end') client.disconnect()
}

/**
 * Whether a command that failed was certainly not executed: it was not written, or Redis itself refused it. After any
 * other error it may have been.
 */
export const wasNotDone = (error: unknown): boolean =>
  error instanceof ReplyError || (error instanceof Error && error.message.startsWith("Stream isn't writeable"))

/** Cuts a link that has become silent, so that the client reconnects: TCP alone would wait for minutes. */
export class LinkWatch implements Disposable {
  readonly #client: Redis
  readonly #probe: () => Promise<unknown>
  readonly #timer: NodeJS.Timeout
  #isProbing = false
  #silentChecks = 0

  /** @param probe sends a command; its result is ignored here */
  constructor(client: Redis, probe: () => Promise<unknown>) {
    this.#client = client
    this.#probe = probe
    this.#timer = setInterval(() => this.#check(), CHECK_MS)
    client.on('ready', () => this.#startProbe())
    client.on('close', () => (this.#silentChecks = 0))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #check(): void {
    const isHandshaking = this.#client.status === 'connect'
    if (!this.#isProbing && !isHandshaking) {
      this.#startProbe()
      return
    }
    this.#silentChecks += 1
    if (this.#silentChecks <= SILENT_CHECKS_MAX) return
    this.#silentChecks = 0
    this.#client.disconnect(true)
  }

  #startProbe(): void {
    if (this.#isProbing || this.#client.status !== 'ready') return
    this.#isProbing = true
    this.#silentChecks = 0
    const done = () => (this.#isProbing = false)
    this.#probe().then(done, done)
  }
}
