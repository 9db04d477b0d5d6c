import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { accountOf, batchOf } from '../journal/batch.fixture.ts'
import { ALICE } from '../journal/journal.fixture.ts'
import { Journal } from '../journal/journal.ts'
import { Guests } from './guests.ts'

let fresh: FreshDatabase
let database: Database
let guests: Guests
beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
  guests = new Guests(database.queries)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

const MARCH = Date.UTC(2030, 2, 1)
const at = (ms: number) => new Date(ms).toISOString()
async function user(id: string, { createdAtMs, isGuest = true }: { createdAtMs: number; isGuest?: boolean }) {
  await database.queries.none(
    `INSERT INTO auth."user" (id, name, email, "emailVerified", "createdAt", "isAnonymous")
     VALUES ($1, $1, $1 || '@example.com', false, $2, $3)`,
    [id, at(createdAtMs), isGuest],
  )
}
const session = (userId: string, usedAtMs: number) =>
  database.queries.none(
    `INSERT INTO auth.session (id, "expiresAt", token, "updatedAt", "userId") VALUES ($1, $2, $1, $3, $4)`,
    [`s ${userId}`, at(usedAtMs + 1e10), at(usedAtMs), userId],
  )

test('guests are absent when neither a session nor a key of theirs was used since a time', async () => {
  await user('gone', { createdAtMs: MARCH - 3 })
  await session('gone', MARCH - 1)
  await user('back', { createdAtMs: MARCH - 3 })
  await session('back', MARCH)
  await user('new', { createdAtMs: MARCH })
  await user('moved', { createdAtMs: MARCH - 2 })
  await user('permanent', { createdAtMs: MARCH - 3, isGuest: false })
  await user('bot', { createdAtMs: MARCH - 3 })
  await new Journal(database.commits).commit(
    batchOf({ batch: 1, accounts: [accountOf(ALICE)], opened: [{ account: ALICE, userId: 'bot' }] }),
  )
  const key = (usedAtMs: number | null) =>
    database.queries.none(
      `INSERT INTO api_key (key_id, account_id, name, sha256, scopes, created_at_ms, used_at_ms)
       VALUES ('k', $1, 'bot', sha256(''), '{read}', $2, $3)
       ON CONFLICT (key_id) DO UPDATE SET used_at_ms = excluded.used_at_ms`,
      [ALICE, MARCH - 2, usedAtMs],
    )
  await key(MARCH)
  expect(await guests.absent(MARCH, 10)).toEqual(['gone', 'moved'])
  expect(await guests.absent(MARCH, 1)).toEqual(['gone'])
  await key(null)
  expect((await guests.absent(MARCH, 10)).toSorted()).toEqual(['bot', 'gone', 'moved'])
})

test('a deleted guest leaves no session; permanent users are not deleted', async () => {
  await user('leaves', { createdAtMs: MARCH })
  await session('leaves', MARCH)
  await user('stays', { createdAtMs: MARCH, isGuest: false })
  for (const id of ['leaves', 'stays', 'never was']) await guests.delete(id)
  const left = await database.queries.any(`SELECT id FROM auth."user" WHERE id IN ('leaves', 'stays')`)
  expect(left).toEqual([{ id: 'stays' }])
  expect(await database.queries.any(`SELECT FROM auth.session WHERE "userId" = 'leaves'`)).toEqual([])
})
