import { Redis, type RedisOptions, ReplyError } from 'ioredis'
import type { Logger } from '../../telemetry/logger.ts'
import type { RedisMetrics } from '../../telemetry/redis-metrics.ts'

/** How often a link is looked at. */
export const LOOK_MS = 250
/** So many looks without a sign of life, and the link is cut: one long turn of the event loop makes one look late, not more. */
const SILENT_LOOKS_MAX = 4
const RETRY_MS_MAX = 500

/**
 * A client that keeps nothing for later: what cannot be written now fails now, and what was
 * on its way when the link broke fails too, and is never sent again behind the caller's back.
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
  // After a failover the old address may be a replica's.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  lazyConnect: true,
  protocol: 2,
}

export interface ClientOptions {
  readonly url: string
  /** Seen in `CLIENT LIST` and in the log. */
  readonly name: string
  readonly log: Logger
  readonly metrics: RedisMetrics
  readonly blocking?: boolean
}

/** Opens a client; it goes on trying to connect until it is closed. Errors are told to the log, never thrown. */
export function openClient({ url, name, log, metrics, blocking = false }: ClientOptions): Redis {
  const client = new Redis(url, {
    ...OPTIONS,
    connectionName: `valiant-${name}`,
    // A blocked read hangs for ever on a half-open link: it ends by itself, with nothing.
    ...(blocking && { blockingTimeout: 1_500 }),
  })
  // Whoever opens it waits for the first time it is up, and says so; each loss after that is told once.
  let state: 'new' | 'up' | 'away' = 'new'
  client.on('error', (error: Error) => {
    if (state === 'up') log.warn({ err: error, client: name }, 'redis: the link is down; trying again')
    if (state === 'up') state = 'away'
  })
  let hasBeenUp = false
  client.on('ready', () => {
    if (state === 'away') log.info({ client: name }, 'redis: the link is up again')
    state = 'up'
    if (hasBeenUp) metrics.reconnections.inc({ connection: name })
    hasBeenUp = true
  })
  const forget = metrics.connected.from(() => [[{ connection: name }, client.status === 'ready' ? 1 : 0]])
  client.on('end', forget)
  client.connect().catch(() => undefined) // told by `error`; it tries again by itself
  return client
}

/** Ends a client: what is on its way is answered first, but not for longer than a second. */
export async function closeClient(client: Redis): Promise<void> {
  const overdue = setTimeout(() => client.disconnect(), 1_000)
  if (client.status === 'ready') await client.quit().catch(() => undefined) // cut off instead of answered: closed too
  clearTimeout(overdue)
  if (client.status !== 'end') client.disconnect()
}

/**
 * Whether a command that failed was certainly not carried out: it was not written, or Redis itself refused it. Every
 * other error leaves that open.
 */
export const wasNotDone = (error: unknown): boolean =>
  error instanceof ReplyError || (error instanceof Error && error.message.startsWith("Stream isn't writeable"))

/** Cuts a link that has gone silent, so that the client connects anew: TCP alone would wait for minutes. */
export class LinkWatch implements Disposable {
  readonly #client: Redis
  readonly #probe: () => Promise<unknown>
  readonly #timer: NodeJS.Timeout
  #isProbing = false
  #silentLooks = 0

  /** @param probe asks for something; what becomes of the answer is its own business */
  constructor(client: Redis, probe: () => Promise<unknown>) {
    this.#client = client
    this.#probe = probe
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    client.on('ready', () => this.#ask())
    client.on('close', () => (this.#silentLooks = 0))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const isShakingHands = this.#client.status === 'connect'
    if (!this.#isProbing && !isShakingHands) {
      this.#ask()
      return
    }
    this.#silentLooks += 1
    if (this.#silentLooks <= SILENT_LOOKS_MAX) return
    this.#silentLooks = 0
    this.#client.disconnect(true)
  }

  #ask(): void {
    if (this.#isProbing || this.#client.status !== 'ready') return
    this.#isProbing = true
    this.#silentLooks = 0
    const asked = () => (this.#isProbing = false)
    this.#probe().then(asked, asked)
  }
}
