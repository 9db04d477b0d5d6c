import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFaultProxy } from '../../test/rig/fault-proxy.ts'
import { type FreshDatabase, freshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { Attempts } from './attempts.ts'
import { AuthUnavailable } from './auth-unavailable.ts'

let fresh: FreshDatabase
let database: Database
let attempts: Attempts
beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  attempts = new Attempts(database.queries)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

const NOW_MS = 1_000_000
const LIMIT = { max: 3, windowMs: 1_000 }
const take = (key: string, afterMs = 0) => attempts.take(key, LIMIT, NOW_MS + afterMs)

test('a key has its attempts in a window that begins with the first, then waits for its end', async () => {
  expect([await take('a'), await take('a', 300), await take('a', 600)]).toEqual([0, 0, 0])
  expect([await take('a', 700), await take('a', 999)]).toEqual([300, 1])
  expect(await take('b', 999)).toBe(0)
  expect(await take('a', 1_000)).toBe(0)
})

test('attempts that arrive at once, at several instances, are counted one by one', async () => {
  const waits = await Promise.all(Array.from({ length: 20 }, () => take('at once')))
  expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(LIMIT.max)
})

test('an attempt that is taken back may be made again', async () => {
  for (let times = 0; times < 3; times++) await take('back')
  await attempts.giveBack('back')
  expect([await take('back'), await take('back')]).toEqual([0, 1_000])
  await attempts.giveBack('unknown')
})

test('windows that are over are deleted when others begin', async () => {
  const keys = Array.from({ length: 30 }, (_, index) => `over ${index}`)
  for (const key of keys) await take(key)
  for (let times = 0; times < 5; times++) await take('later', 10_000)
  expect(await database.queries.any('SELECT key FROM auth.attempt')).toEqual([{ key: 'later' }])
})

test('an unreachable database is reported as unavailable, so that no attempt is made uncounted', async () => {
  const direct = new URL(fresh.url)
  await using proxy = await openFaultProxy({ host: direct.hostname, port: Number(direct.port) })
  direct.port = String(proxy.port)
  await using cut = await openDatabase({ url: direct.href, logger: { warn: () => undefined } })
  proxy.cut()
  await expect(new Attempts(cut.queries).take('a', LIMIT)).rejects.toThrow(AuthUnavailable)
})
