import type { TestRedis } from '../../../test/rig/redis.ts'
import { broadcastContract, commandBusContract, type NumberedFrame } from '../bus.contract.ts'
import { RedisBroadcast } from './redis-broadcast.ts'
import { RedisCommandBus } from './redis-commands.ts'
import type { RedisLinks } from './redis-links.ts'

/** Runs both contracts over Redis, with the given links. @param of suffix for the name, such as the user of Redis */
export function redisBusesContract(
  of: string,
  at: { redis: () => TestRedis; openLinks: () => Promise<RedisLinks> },
): void {
  commandBusContract(`RedisCommandBus${of}`, async () => {
    await at.redis().flush()
    const links = await at.openLinks()
    const bus = await RedisCommandBus.open(links)
    return {
      bus,
      settled: () => links.subscriber.settled(),
      close: async () => {
        bus[Symbol.dispose]()
        await links[Symbol.asyncDispose]()
      },
    }
  })

  broadcastContract(`RedisBroadcast${of}`, async () => {
    await at.redis().flush()
    const links = await at.openLinks()
    return {
      bus: new RedisBroadcast<NumberedFrame>(links),
      canMiss: true,
      settled: () => links.subscriber.settled(),
      close: () => links[Symbol.asyncDispose](),
    }
  })
}
