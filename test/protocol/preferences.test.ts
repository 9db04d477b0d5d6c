import { MadeApiKey } from '@valiant/shared/protocol/api-keys'
import { PREFERENCE_BYTES_MAX } from '@valiant/shared/protocol/limits'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../rig/postgres.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, cookieOf, guest, guestCookie, newId, type ProtocolClient, rest } from './client.ts'

const KEYS_MAX = 5
const GUEST_KIB_MAX = 20
let database: FreshDatabase
let server: TestServer
let client: ProtocolClient
beforeAll(async () => {
  database = await freshDatabase()
  const settings = {
    DATABASE_URL: database.url,
    AUTH_SECRET: 'x'.repeat(40),
    LIMIT_PREFERENCES: String(KEYS_MAX),
    LIMIT_PREFERENCE_KIB: String(4 * GUEST_KIB_MAX),
  }
  server = await startServer(settings)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  client = await guest(server.url)
})
afterEach(closeAll)

const set = (key: string, value: unknown, by = client) => by.good('preferences.set', { key, value })
const all = (by = client) => by.good('preferences.get')

/** Signs in or up by e-mail, from the session of a cookie if given. @returns the new cookie */
async function signIn(kind: 'sign-up' | 'sign-in', person: object, cookie?: string): Promise<string> {
  const response = await rest(server.url, `/api/auth/${kind}/email`, { method: 'POST', body: person, cookie })
  expect(response.status).toBe(200)
  return cookieOf(response)
}
let people = 0
const someone = () => ({ name: 'Ada', email: `ada${++people}@example.com`, password: 'long enough' })

test('a guest stores values under keys, reads all or one, and removes them with null', async () => {
  expect(await all()).toEqual({})
  const layout = { wide: { book: 300, ticket: 320 }, drawings: [[1, '101.25'], null] }
  expect(await set('layout', layout)).toEqual({ layout })
  expect(await set('ui:theme', 'light')).toEqual({ 'ui:theme': 'light' })
  expect(await all()).toEqual({ layout, 'ui:theme': 'light' })
  expect(await client.good('preferences.get', { key: 'layout' })).toEqual({ layout })
  expect(await client.good('preferences.get', { key: 'other' })).toEqual({})
  expect(await set('layout', null)).toEqual({})
  expect(await set('layout', null)).toEqual({})
  expect(await all()).toEqual({ 'ui:theme': 'light' })
})

test('preferences belong to the user, across accounts, and to nobody else', async () => {
  await set('theme', 'light')
  const { id } = await client.good('accounts.create', { name: 'Second', startingCash: '5000.00' })
  const second = await connect(server.url, { cookie: client.cookie!, auth: { accountId: id } })
  expect(await all(second)).toEqual({ theme: 'light' })
  await set('theme', 'dark', second)
  expect(await all()).toEqual({ theme: 'dark' })
  expect(await all(await guest(server.url))).toEqual({})
})

test('a repeated request gets the same answer and changes nothing', async () => {
  const first = { key: 'theme', value: 'dark', requestId: newId() }
  expect(await client.ask('preferences.set', first)).toEqual({ ok: true, data: { theme: 'dark' } })
  await set('theme', 'light')
  expect(await client.ask('preferences.set', first)).toEqual({ ok: true, data: { theme: 'dark' }, duplicate: true })
  expect(await all()).toEqual({ theme: 'light' })
  await client.refused('preferences.set', { ...first, value: 'system' }, 'DUPLICATE_CLIENT_ORDER_ID')
  // A known id is looked at before the fields.
  await client.refused('preferences.set', { requestId: first.requestId, key: 7 }, 'DUPLICATE_CLIENT_ORDER_ID')
  await client.refused('preferences.set', { requestId: newId(), key: 7 }, 'INVALID')
})

test('a guest who signs up keeps their preferences; a user who signs in has their own', async () => {
  const person = someone()
  await set('theme', 'light')
  const cookie = await signIn('sign-up', person, client.cookie)
  const ada = await connect(server.url, { cookie })
  expect(await all(ada)).toEqual({ theme: 'light' })

  const visiting = await guest(server.url)
  await set('theme', 'system', visiting)
  await set('layout', [1, 2], visiting)
  const back = await connect(server.url, { cookie: await signIn('sign-in', person, visiting.cookie) })
  expect(await all(back)).toEqual({ theme: 'light', layout: [1, 2] })
})

test('a read-only key can get but not set them; a trading key can set them; a public socket has none', async () => {
  await set('theme', 'light')
  const bot = async (...scopes: string[]) => {
    const options = { method: 'POST', body: { name: 'bot', scopes }, cookie: client.cookie }
    const { data } = (await (await rest(server.url, '/api/keys', options)).json()) as { data: unknown }
    return connect(server.url, { auth: { apiKey: MadeApiKey.parse(data).key } })
  }
  const reader = await bot('read')
  expect(await all(reader)).toEqual({ theme: 'light' })
  await reader.refused('preferences.set', { key: 'theme', value: 'dark' }, 'FORBIDDEN')
  await set('theme', 'dark', await bot('trade'))
  expect(await all()).toEqual({ theme: 'dark' })
  const nobody = await connect(server.url)
  await nobody.refused('preferences.get', { odd: 1 }, 'UNAUTHENTICATED')
  await nobody.refused('preferences.set', { key: 'theme', value: 'dark' }, 'UNAUTHENTICATED')
})

test('an invalid request is refused with the field, and changes nothing', async () => {
  await set('theme', 'light')
  const wrong = (payload: object) => client.refused('preferences.set', payload, 'INVALID')
  for (const key of ['', ' a', '__proto__', 'a b', 'é', 'x'.repeat(65)]) {
    expect(await wrong({ key, value: 1 })).toMatchObject({ field: 'key', details: { rule: 'format' } })
    const refused = await client.refused('preferences.get', { key }, 'INVALID')
    expect(refused).toMatchObject({ field: 'key', details: { rule: 'format' } })
  }
  expect(await wrong({ key: 7, value: 1 })).toMatchObject({ field: 'key', details: { rule: 'type' } })
  expect(await wrong({ value: 1 })).toMatchObject({ field: 'key', details: { rule: 'required' } })
  expect(await wrong({ key: 'a' })).toMatchObject({ field: 'value', details: { rule: 'required' } })
  expect(await wrong({ key: 'a', value: 1, more: 1 })).toMatchObject({ field: 'more', details: { rule: 'unknown' } })
  const deep = { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } }
  expect(await wrong({ key: 'a', value: deep })).toMatchObject({ field: '', details: { rule: 'max' } })
  expect(await all()).toEqual({ theme: 'light' })
})

test('the size of a value and the number of keys are limited', async () => {
  // The quotes around it take two bytes.
  const large = 'é'.repeat(PREFERENCE_BYTES_MAX / 2 - 1)
  expect(await set('large', large)).toEqual({ large })
  const tooLarge = await client.refused('preferences.set', { key: 'large', value: `${large}x` }, 'INVALID')
  expect(tooLarge).toMatchObject({
    ...{ field: 'value', details: { rule: 'max', expected: 'at most 16384 bytes of JSON' } },
  })
  expect(await client.good('preferences.get', { key: 'large' })).toEqual({ large })
  // However the value is encoded in the frame: with escapes, as by some programs, or compactly.
  await expect.poll(() => client.of('welcome')).toHaveLength(1)
  const { engine } = client.socket.io
  const answered = new Promise<string>((resolve) => {
    engine.on('data', (data: unknown) => {
      if (String(data).startsWith('3998')) resolve(String(data))
    })
  })
  const escaped = new Promise<string>((resolve) => {
    engine.on('data', (data: unknown) => {
      if (String(data).startsWith('3997')) resolve(String(data))
    })
  })
  engine.write(`2997["preferences.set",{"key":"large","value":"${large.replaceAll('é', '\\u00e9')}"}]`)
  expect(JSON.parse((await escaped).slice(4))).toEqual([{ ok: true, data: { large } }])
  engine.write(`2998["preferences.set",{"key":"long","value":[${Array(3_000).fill('1e20').join()}]}]`)
  const [{ error }] = JSON.parse((await answered).slice(4)) as [{ error: unknown }]
  expect(error).toMatchObject({
    ...{ code: 'INVALID', field: 'value', details: { rule: 'max', expected: 'at most 16384 bytes of JSON' } },
  })
  const { limits } = client.of<{ limits: Record<string, number> }>('welcome')[0]!
  expect(limits).toMatchObject({ preferences: KEYS_MAX, preferenceBytes: PREFERENCE_BYTES_MAX })
  const tooMuch = await client.refused('preferences.set', { key: 'large2', value: large }, 'INVALID')
  const expected = 'at most 81920 bytes of JSON in all values of a user, 20480 of a guest: remove some first'
  expect(tooMuch).toMatchObject({ field: 'value', details: { rule: 'max', expected } })
  for (let count = 1; count < KEYS_MAX; count++) await set(`key${count}`, count)
  const full = await client.refused('preferences.set', { key: 'more', value: 1 }, 'INVALID')
  expect(full).toMatchObject({ field: 'key', details: { rule: 'max' } })
  await set('key1', 'changed')
  await set('large', null)
  await set('more', 1)
})

test('they outlast the connection, and a foreign page cannot set them with the cookie', async () => {
  await set('theme', 'light')
  client.socket.disconnect()
  expect(await all(await connect(server.url, { cookie: client.cookie! }))).toEqual({ theme: 'light' })
  const foreign = await connect(server.url, { cookie: await guestCookie(server.url), origin: '' })
  await foreign.refused('preferences.set', { key: 'theme', value: 'dark' }, 'UNAUTHENTICATED')
})
