import type { Broadcast } from '../bus/broadcast.ts'
import type { CommandBus } from '../bus/commands.ts'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import { RedisBroadcast } from '../bus/redis/redis-broadcast.ts'
import { RedisCommandBus } from '../bus/redis/redis-commands.ts'
import { type AdapterFactory, RedisLinks } from '../bus/redis/redis-links.ts'
import { reasonOf, StartupError } from '../database/startup-error.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { RedisMetrics } from '../telemetry/redis-metrics.ts'

/** Redis may start at the same time as the server, so the start waits for it this long. */
const REDIS_WAIT_MS = 30_000
const LOG_AFTER_MS = 1_000

/** What connects gateways and exchange. */
interface Buses extends AsyncDisposable {
  readonly commands: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  /** Connects the rooms of this instance's sockets with those of the others; undefined when it is the only instance. */
  readonly adapter: AdapterFactory | undefined
}

interface BusesParts {
  /** Undefined: this is the only instance. */
  readonly redisUrl: string | undefined
  readonly log: Logger
  readonly metrics: RedisMetrics
  /** Aborts the wait for Redis. */
  readonly signal: AbortSignal
}

/**
 * Opens the buses. With Redis it waits until Redis is reachable, and logs that it waits.
 * @returns undefined when the wait was aborted
 * @throws {StartupError} when Redis cannot be reached within REDIS_WAIT_MS
 */
export async function openBuses({ redisUrl, log, metrics, signal }: BusesParts): Promise<Buses | undefined> {
  if (redisUrl === undefined) {
    return {
      commands: new MemoryCommandBus(),
      broadcast: new MemoryBroadcast<MarketFrame>(),
      adapter: undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
  }
  const where = withoutSecrets(redisUrl)
  const waiting = setTimeout(() => log.info(`Waiting for Redis at ${where}.`), LOG_AFTER_MS)
  try {
    await using parts = new AsyncDisposableStack()
    const enough = AbortSignal.any([signal, AbortSignal.timeout(REDIS_WAIT_MS)])
    const links = parts.use(await RedisLinks.open({ url: redisUrl, log, metrics, signal: enough }))
    const commands = parts.use(await RedisCommandBus.open(links))
    const broadcast = new RedisBroadcast<MarketFrame>(links)
    const closing = parts.move()
    return { commands, broadcast, adapter: links.adapter(), [Symbol.asyncDispose]: () => closing.disposeAsync() }
  } catch (cause) {
    if (signal.aborted) return undefined
    throw new StartupError(
      `Cannot reach Redis at ${where} within ${REDIS_WAIT_MS / 1_000} s: ${reasonOf(cause)}. Start it, or check REDIS_URL.`,
      { cause },
    )
  } finally {
    clearTimeout(waiting)
  }
}

function withoutSecrets(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
