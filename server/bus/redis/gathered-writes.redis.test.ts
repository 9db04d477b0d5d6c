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

/** Bytes written to the stream that are not yet passed to the kernel. */
const bufferedBytes = () => client.stream.writableLength

describe.each([
  { name: 'atOnce', later: atOnce },
  { name: 'atEndOfTurn', later: atEndOfTurn },
])('$name', ({ later }) => {
  test('commands sent one after the other are written together, in order', async () => {
    const gather = gatherWrites(client, later)
    const send = (value: string) => {
      gather()
      return client.rpush('list', value)
    }
    await client.del('list')

    const first = send('first')
    const afterFirst = bufferedBytes()
    const second = send('second')

    expect(afterFirst).toBeGreaterThan(0)
    expect(bufferedBytes()).toBeGreaterThan(afterFirst)
    expect(await Promise.all([first, second])).toEqual([1, 2])
    expect(bufferedBytes()).toBe(0)
    expect(await client.lrange('list', 0, -1)).toEqual(['first', 'second'])
  })

  test('after a reconnect commands are written again, even if writes were held on the old connection', async () => {
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

test('atOnce writes before the next phase of the event loop', async () => {
  const gather = gatherWrites(client, atOnce)
  const order: string[] = []
  setImmediate(() => order.push(bufferedBytes() === 0 ? 'written' : 'buffered'))

  gather()
  const answered = client.ping()
  await Promise.resolve()
  order.push(bufferedBytes() > 0 ? 'buffered' : 'written')
  await answered

  expect(order).toEqual(['buffered', 'written'])
})
