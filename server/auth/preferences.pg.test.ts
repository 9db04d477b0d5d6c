import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { InDoubt, Preferences } from './preferences.ts'

const KEYS_MAX = 4
const BYTES_MAX = 4_000
let fresh: FreshDatabase
let database: Database
let preferences: Preferences
let [ada, bob] = ['', '']
let people = 0

beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger: pino({ level: 'silent' }) })
  preferences = new Preferences(database.queries, { keysMax: KEYS_MAX, bytesMax: BYTES_MAX })
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})
beforeEach(async () => {
  ;[ada, bob] = [await person(), await person()]
})

async function person({ isGuest = false } = {}): Promise<string> {
  const id = `user-${++people}`
  await database.queries.none(
    `INSERT INTO auth."user" ("id", "name", "email", "emailVerified", "updatedAt", "isAnonymous")
     VALUES ($1, $1, $1, false, now(), $2)`,
    [id, isGuest],
  )
  return id
}
const set = (userId: string, key: string, value: unknown, requestId?: string) =>
  preferences.set({ userId, key, value, requestId })

test('values are read back unchanged, all or by key, and only by their user', async () => {
  const odd = { text: "a'b\\${key}\u0000\ud800é", list: [null, 1e300, -0.5, [], {}], '': true }
  expect(await set(ada, 'odd', odd)).toBe('set')
  expect(await set(ada, 'theme', 'light')).toBe('set')
  expect(await set(ada, 'none', null)).toBe('set')
  expect(await preferences.read(ada)).toEqual({ odd, theme: 'light' })
  expect(await preferences.read(ada, ['odd', 'other'])).toEqual({ odd })
  expect(await preferences.read(bob)).toEqual({})
  expect(await set(ada, 'odd', null)).toBe('set')
  expect(await preferences.read(ada)).toEqual({ theme: 'light' })
})

test('a repeated request is recognized and does not undo later ones', async () => {
  expect(await set(ada, 'theme', 'dark', 'a')).toBe('set')
  expect(await set(ada, 'theme', 'light', 'b')).toBe('set')
  expect(await set(ada, 'theme', 'dark', 'a')).toBe('repeated')
  expect(await set(ada, 'theme', 'system', 'a')).toBe('other')
  expect(await set(ada, 'themes', 'dark', 'a')).toBe('other')
  expect(await preferences.read(ada)).toEqual({ theme: 'light' })
  expect(await set(bob, 'theme', 'dark', 'a')).toBe('set')
})

test('requests are forgotten after a day, and all but the newest thousand', async () => {
  const remembered = async () =>
    (await database.queries.any<{ id: string }>('SELECT request_id AS id FROM preference_request')).map(({ id }) => id)
  const dayAgoMs = Date.now() - 86_400_000
  await database.queries.none(
    `INSERT INTO preference_request SELECT $1, 'old-' || n, sha256(''), $2 + n * 1000 FROM generate_series(-5, 1200) n`,
    [ada, dayAgoMs + 60_000],
  )
  expect(await set(ada, 'a', 1, 'new')).toBe('set')
  const kept = (await remembered()).filter((id) => id.startsWith('old-'))
  expect(kept).toHaveLength(999)
  expect(kept).toContain('old-1200')
  await database.queries.none('UPDATE preference_request SET set_at_ms = $2 WHERE user_id = $1', [ada, dayAgoMs - 1])
  expect(await set(ada, 'a', 1, 'newer')).toBe('set')
  expect((await remembered()).filter((id) => id === 'new' || id.startsWith('old-'))).toEqual([])
})

test('a user has a limited number of keys, even with concurrent requests; removing one makes room', async () => {
  const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => set(ada, `key${i}`, i, `at-once-${i}`)))
  expect(outcomes.filter((outcome) => outcome === 'set')).toHaveLength(KEYS_MAX)
  const [first = ''] = Object.keys(await preferences.read(ada))
  expect(await set(ada, first, 'another')).toBe('set')
  expect(await set(ada, 'more', 1, 'more')).toBe('full')
  expect(await set(ada, first, null)).toBe('set')
  expect(await set(ada, 'more', 1, 'more')).toBe('set')
})

test('a user’s values are limited together, and a guest’s to a quarter of that; a smaller value always fits', async () => {
  // Without the quotes.
  const text = (bytes: number) => 'é'.repeat((bytes - 2) / 2)
  for (const [who, bytesMax] of [
    [ada, BYTES_MAX],
    [await person({ isGuest: true }), BYTES_MAX / 4],
  ] as const) {
    expect(await set(who, 'a', text(bytesMax / 2))).toBe('set')
    expect(await set(who, 'b', text(bytesMax / 2 + 2))).toBe('large')
    expect(await set(who, 'b', text(bytesMax / 2))).toBe('set')
    expect(await set(who, 'c', 1, 'c')).toBe('large')
    await database.queries.none('UPDATE preference SET value = $2 WHERE user_id = $1', [who, `"${text(bytesMax)}"`])
    expect(await set(who, 'a', text(bytesMax - 2))).toBe('set')
    expect(await set(who, 'b', null)).toBe('set')
    expect(await set(who, 'c', 1, 'c')).toBe('set')
  }
})

test('a guest’s preferences move to a user as far as there is room, the newest first', async () => {
  const guest = await person({ isGuest: true })
  for (const [at, key] of ['old', 'new', 'newest'].entries()) {
    await set(guest, key, 'x'.repeat(300))
    await database.queries.none('UPDATE preference SET set_at_ms = $2 WHERE user_id = $1 AND key = $3', [
      guest,
      at,
      key,
    ])
  }
  await set(ada, 'own', 'x'.repeat(BYTES_MAX - 700))
  await preferences.move({ fromUserId: guest, toUserId: ada })
  expect(Object.keys(await preferences.read(ada))).toEqual(['new', 'newest', 'own'])
})

test('a guest’s preferences move to the user it becomes, except for keys the user already has', async () => {
  const guest = await person()
  for (const key of ['theme', 'layout', 'stars']) await set(guest, key, 'of the guest')
  for (const key of ['theme', 'drawings']) await set(ada, key, 'own')
  await preferences.move({ fromUserId: guest, toUserId: ada })
  await preferences.move({ fromUserId: guest, toUserId: ada })
  const [theirs, own] = ['of the guest', 'own']
  expect(await preferences.read(ada)).toEqual({ theme: own, drawings: own, layout: theirs, stars: theirs })
  expect(await preferences.read(guest)).toEqual({})
  await set(guest, 'late', 1)
  await preferences.move({ fromUserId: guest, toUserId: ada })
  expect(Object.keys(await preferences.read(ada))).toHaveLength(KEYS_MAX)
})

test('deleting a user deletes the preferences, and only users can have any', async () => {
  await set(ada, 'theme', 'light', 'a')
  await database.queries.none('DELETE FROM auth."user" WHERE "id" = $1', [ada])
  expect(await preferences.read(ada)).toEqual({})
  await expect(set(ada, 'theme', 'light')).rejects.toThrow('preference_user')
})

test('a set is in doubt if the connection breaks at the commit, and not if it breaks before', async () => {
  await database.queries.none(`
    CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON preference DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION break_off();`)
  try {
    await expect(set(ada, 'a', 1, 'a')).rejects.toThrow(InDoubt)
    await database.queries.none('ALTER TABLE preference RENAME TO away')
    const error: unknown = await set(ada, 'a', 1, 'b').catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(InDoubt)
    await database.queries.none('ALTER TABLE away RENAME TO preference')
  } finally {
    await database.queries.none('DROP FUNCTION break_off CASCADE')
  }
  expect(await set(ada, 'a', 1, 'a')).toBe('set')
})
