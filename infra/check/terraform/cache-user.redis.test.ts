import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { redisBusesContract } from '../../../server/bus/redis/redis-buses.contract.ts'
import { RedisLinks } from '../../../server/bus/redis/redis-links.ts'
import { startRedis, type TestRedis } from '../../../test/rig/redis.ts'
import { soon } from '../../../test/rig/soon.ts'

/* What the user of the cache may do is enough for the server, and no more: its rights as modules/cache says them. */

const SECRET = new URL('../../terraform/modules/cache/secret.tf', import.meta.url)
const log = pino({ level: 'silent' })
const ACCESS = /access_string\s*=\s*"([^"]*)"/.exec(readFileSync(SECRET, 'utf8'))?.[1] ?? ''

let redis: TestRedis
let administrator: Redis
beforeAll(async () => {
  redis = await startRedis()
  administrator = new Redis(redis.url)
  await administrator.acl('SETUSER', 'valiant', 'reset', '>secret', ...ACCESS.split(' '))
})
afterAll(async () => {
  administrator.disconnect()
  await redis[Symbol.asyncDispose]()
})

const url = () => `redis://valiant:secret@127.0.0.1:${redis.port}`
const openLinks = () => RedisLinks.open({ url: url(), log, signal: AbortSignal.timeout(10_000) })

redisBusesContract(', as the user of the cache', { redis: () => redis, openLinks: () => openLinks() })

test('sockets of two instances are in one room', async () => {
  const [here, there] = [await openLinks(), await openLinks()]
  const servers = [here, there].map((links) => new Server({ adapter: links.adapter() }))
  try {
    const heard = vi.fn()
    servers[1]?.on('told', heard)
    await soon(
      () => {
        servers[0]?.serverSideEmit('told', 1)
        expect(heard).toHaveBeenCalled()
      },
      { interval: 100 },
    )
  } finally {
    await here[Symbol.asyncDispose]()
    await there[Symbol.asyncDispose]()
  }
})

test('nothing that the server asked for was refused, and what is for others is', async () => {
  expect(await administrator.acl('LOG')).toEqual([])
  const user = new Redis(url())
  try {
    await expect(user.set('other', '1')).rejects.toThrow('NOPERM')
    await expect(user.publish('other', '1')).rejects.toThrow('NOPERM')
    await expect(user.flushall()).rejects.toThrow('NOPERM')
    await expect(user.config('GET', 'maxmemory')).rejects.toThrow('NOPERM')
    await expect(user.acl('WHOAMI')).resolves.toBe('valiant')
  } finally {
    user.disconnect()
  }
})
