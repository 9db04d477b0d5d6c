import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFaultProxy } from '../../test/rig/fault-proxy.ts'
import { type FreshDatabase, freshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { type ApiKey, ApiKeys, InDoubt, KEYS_PER_ACCOUNT_MAX } from './api-keys.ts'
import { AuthUnavailable } from './auth-unavailable.ts'

let fresh: FreshDatabase
let database: Database
let keys: ApiKeys
const [ADA, BOB, CID] = [17, 18, 19]

beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger: pino({ level: 'silent' }) })
  keys = new ApiKeys(database.queries)
  await database.queries.none("INSERT INTO account_owner VALUES ($1, 'ada'), ($2, 'bob'), ($3, 'cid')", [ADA, BOB, CID])
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

async function made(account: number, name = 'bot'): Promise<{ key: ApiKey; text: string }> {
  const key = await keys.create({ account, name, scopes: ['read'] })
  if (key === undefined) throw new Error('no key was made')
  return key
}

test('a key is found by its text only', async () => {
  const { key, text } = await made(ADA)
  expect(text).toMatch(/^vk_/)
  expect(await keys.ofText(text)).toEqual(key)
  const changed = text.at(-2) === 'A' ? 'B' : 'A'
  const others = ['', 'vk_', text.slice(0, -1), `${text}A`, ` ${text}`, text.slice(0, -2) + changed + text.slice(-1)]
  for (const other of [...others, `vk_${'0'.repeat(16)}_${'A'.repeat(43)}`, text.replace('_', "_'")]) {
    expect(await keys.ofText(other)).toBeUndefined()
  }
})

test('ids sort by creation, and the list shows the newest first', async () => {
  const ids: string[] = []
  for (let count = 0; count < 5; count++) ids.push((await made(CID, `bot ${count}`)).key.id)
  ids.push(...(await Promise.all([made(CID), made(CID), made(CID)])).map(({ key }) => key.id))
  expect(ids).toEqual(ids.toSorted())
  expect((await keys.list([CID])).map(({ id }) => id)).toEqual(ids.toReversed())
  expect(new Set(ids).size).toBe(ids.length)
})

test('the stored row does not contain the secret', async () => {
  const { text } = await made(ADA)
  const rows = await database.queries.any<object>('SELECT api_key::text FROM api_key')
  expect(JSON.stringify(rows)).not.toContain(text.slice(-43))
})

test('a use is recorded, at most once a minute', async () => {
  const { key, text } = await made(ADA)
  const usedAtMs = async () => (await keys.list([ADA])).find(({ id }) => id === key.id)?.usedAtMs
  expect(await usedAtMs()).toBeNull()
  await keys.ofText(text)
  const first = await usedAtMs()
  expect(first).toBeGreaterThanOrEqual(key.createdAtMs)
  await keys.ofText(text)
  expect(await usedAtMs()).toBe(first)
})

test('only the owner and operators can revoke a key', async () => {
  const [one, other] = [await made(ADA), await made(ADA)]
  expect(await keys.revoke(one.key.id, [BOB])).toBe(false)
  expect(await keys.ofText(one.text)).toBeDefined()
  expect(await keys.revoke(one.key.id, [BOB, ADA])).toBe(true)
  expect(await keys.revoke(one.key.id, [ADA])).toBe(true)
  expect(await keys.revoke(other.key.id)).toBe(true)
  for (const id of ['none', '', 'a\0b', '\ud800', "'"]) expect(await keys.revoke(id), id).toBe(false)
  for (const { key, text } of [one, other]) {
    expect(await keys.ofText(text)).toBeUndefined()
    expect(await keys.lives(key.id)).toBe(false)
    expect((await keys.list([ADA])).map(({ id }) => id)).not.toContain(key.id)
  }
})

test('an account has a limited number of keys; revoking one makes room', async () => {
  const all = []
  for (let count = 0; count < KEYS_PER_ACCOUNT_MAX; count++) all.push(await made(BOB, `bot ${count}`))
  expect((await keys.list([BOB])).length).toBe(KEYS_PER_ACCOUNT_MAX)
  expect(await keys.create({ account: BOB, name: 'one more', scopes: ['trade'] })).toBeUndefined()
  await keys.revoke(all[0]?.key.id ?? '')
  expect(await keys.create({ account: BOB, name: 'one more', scopes: ['trade'] })).toBeDefined()
})

test('the scope trade includes read, also for a key of an earlier version', async () => {
  const trader = await keys.create({ account: ADA, name: 'trader', scopes: ['trade'] })
  expect(trader?.key.scopes).toEqual(['read', 'trade'])
  await database.queries.none("UPDATE api_key SET scopes = '{trade}' WHERE key_id = $1", [trader?.key.id])
  expect((await keys.ofText(trader?.text ?? ''))?.scopes).toEqual(['read', 'trade'])
  expect((await keys.list([ADA])).find(({ id }) => id === trader?.key.id)?.scopes).toEqual(['read', 'trade'])
})

test('a key works with a read-only database', async () => {
  const { key, text } = await made(ADA)
  const logged: string[] = []
  const readOnly = new URL(fresh.url)
  readOnly.searchParams.set('options', '-c default_transaction_read_only=on')
  await using replica = await openDatabase({ url: readOnly.href, logger: pino({ level: 'silent' }) })
  const warn = (_details: object, message: string) => void logged.push(message)
  expect(await new ApiKeys(replica.queries, { warn } as never).ofText(text)).toEqual(key)
  expect(logged).toEqual(['the use of a key could not be recorded'])
})

test('an unreachable database is reported as unavailable, not as a wrong key; a defect is not hidden', async () => {
  const { text } = await made(ADA)
  const direct = new URL(fresh.url)
  await using proxy = await openFaultProxy({ host: direct.hostname, port: Number(direct.port) })
  direct.port = String(proxy.port)
  await using cut = await openDatabase({ url: direct.href, logger: pino({ level: 'silent' }) })
  const theirs = new ApiKeys(cut.queries)
  proxy.cut()
  await expect(theirs.ofText(text)).rejects.toThrow(AuthUnavailable)
  proxy.mend()
  expect(await theirs.ofText(text)).toBeDefined()
  await database.queries.none('ALTER TABLE api_key RENAME TO away')
  await expect(keys.ofText(text)).rejects.toThrow('relation "api_key" does not exist')
  await database.queries.none('ALTER TABLE away RENAME TO api_key')
})

test('a key whose answer was lost is in doubt', async () => {
  const direct = new URL(fresh.url)
  await using proxy = await openFaultProxy({ host: direct.hostname, port: Number(direct.port) })
  direct.port = String(proxy.port)
  await using cut = await openDatabase({ url: direct.href, logger: pino({ level: 'silent' }) })
  proxy.watch((bytes) => (bytes.includes('INSERT INTO api_key') ? 'cut_answer' : 'pass'))
  const lost = new ApiKeys(cut.queries).create({ account: ADA, name: 'lost', scopes: ['read'] })
  await expect(lost).rejects.toThrow(InDoubt)
  expect((await keys.list([ADA])).map(({ name }) => name)).toContain('lost')
})
