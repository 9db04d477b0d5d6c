import type { Redis } from 'ioredis'
import { Publisher } from '../../../server/bus/redis/publisher.ts'
import { LinkWatch } from '../../../server/bus/redis/redis-client.ts'
import type { RedisLinks } from '../../../server/bus/redis/redis-links.ts'
import { StaleEpochFilter } from '../../../server/bus/redis/stale-epoch-filter.ts'
import { Subscriber } from '../../../server/bus/redis/subscriber.ts'
import { LinkHealth } from '../../../server/bus/redis/link-health.ts'
import type { Logger } from '../../../server/telemetry/logger.ts'
import { RedisMetrics } from '../../../server/telemetry/redis-metrics.ts'
import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { SimRedisClient } from './redis-client.ts'
import type { RedisServer } from './redis-server.ts'
import { speakingRooms } from './rooms.ts'

/** A process's links to the fake Redis, in place of `RedisLinks`. */
export function openSimLinks(parts: { world: World; server: RedisServer; process: Process; log: Logger }): RedisLinks {
  const open = () => new SimRedisClient(parts) as unknown as Redis
  const [commands, publishing, listening] = [open(), open(), open()]
  const publisher = new Publisher(publishing, parts.log)
  const subscriber = new Subscriber(listening)
  const links: Record<keyof RedisLinks, unknown> = {
    log: parts.log,
    metrics: new RedisMetrics(),
    commands,
    publisher,
    subscriber,
    health: new LinkHealth(commands, subscriber),
    openReader: open,
    adapter: () => {
      throw new Error('the simulation has no Socket.IO')
    },
    rooms: speakingRooms(publisher),
    staleEpochs: new StaleEpochFilter(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
  for (const client of [publishing, listening]) new LinkWatch(client, () => client.ping())
  // The class has private fields, so no other object has its type.
  return links as unknown as RedisLinks
}
