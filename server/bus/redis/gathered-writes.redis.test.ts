import { once } from 'node:events'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../../../test/rig/redis.ts'
import { atEndOfTurn, atOnce, gatherWrites } from './gathered-writes.ts'

let redis: TestRedis
let client: Redis
beforeAll(async () => {
  redis = await startRedis()
  client = new Redis(redis.url)
  await once(client, 'ready')
})
afterAll(async () => {
  await client.quit()
  await redis[Symbol.asyncDispose]()
})

/** Bytes that have been given to the link and not to the kernel. */
const waiting = () => client.stream.writableLength

describe.each([
  { name: 'atOnce', later: atOnce },
  { name: 'atEndOfTurn', later: atEndOfTurn },
])('$name', ({ later }) => {
  test('commands given one after the other leave together, in their order', async () => {
    const gather = gatherWrites(client, later)
    const send = (value: string) => {
      gather()
      return client.rpush('list', value)
    }
    await client.del('list')

    const first = send('first')
    const waitingForOne = waiting()
    const second = send('second')

    expect(waitingForOne).toBeGreaterThan(0)
    expect(waiting()).toBeGreaterThan(waitingForOne)
    expect(await Promise.all([first, second])).toEqual([1, 2])
    expect(waiting()).toBe(0)
    expect(await client.lrange('list', 0, -1)).toEqual(['first', 'second'])
  })

  test('after a reconnect commands leave again, whatever was held on the link before', async () => {
    const gather = gatherWrites(client, later)
    const isReady = once(client, 'ready')

    gather()
    client.disconnect(true)
    await isReady
    gather()

    expect(await client.ping()).toBe('PONG')
    expect(client.stream.writableCorked).toBe(0)
  })
})

test('what runs at once leaves before what else has arrived is dealt with', async () => {
  const gather = gatherWrites(client, atOnce)
  const order: string[] = []
  setImmediate(() => order.push(waiting() === 0 ? 'written' : 'waits'))

  gather()
  const answered = client.ping()
  await Promise.resolve()
  order.push(waiting() > 0 ? 'waits' : 'written')
  await answered

  expect(order).toEqual(['waits', 'written'])
})
