import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getMigrations } from 'better-auth/db/migration'
import { anonymous } from 'better-auth/plugins'
import type pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { isLostDatabase } from './auth-unavailable.ts'
import { Attempts } from './attempts.ts'
import { ADDRESS_HEADER, type Auth, openAuth } from './auth.ts'
import { SESSIONS_PER_USER_MAX } from './session-hooks.ts'
import { KNOWN_BROWSER, OTHER_BROWSERS, SESSION } from './password-limit.ts'

let database: FreshDatabase
let opened: Database
let pool: pg.Pool
let auth: Auth
let server: Server
let url: string
/** Owners of accounts, which the database would hold. */
let owners: Map<string, string>
/** The address of all clients of one test: attempts are counted per address. */
let address = ''
let tests = 0
let isUnavailable = false
let moveFails = false
const ended: string[] = []
/** What `handle` threw. */
const failures: unknown[] = []
/** What was logged at `info` or above. */
const logged: string[] = []

beforeAll(async () => {
  database = await freshDatabase()
  opened = await openDatabase({ url: database.url, logger: { warn: () => undefined } })
  pool = opened.authPool()
  auth = openAuth({
    database: pool,
    secret: 'a secret of thirty-two characters or more',
    publicOrigin: undefined,
    port: 3_000,
    attempts: new Attempts(opened.queries),
    admitUser: () => Promise.resolve(0),
    ensureAccount: ({ userId }) => {
      if (isUnavailable) return Promise.reject(new Error('unavailable'))
      if (!owners.has(userId)) owners.set(userId, `account of ${userId}`)
      return Promise.resolve()
    },
    moveAccounts: ({ fromUserId, toUserId }) => {
      if (moveFails) return Promise.reject(new Error('the database went away'))
      const account = owners.get(fromUserId)
      if (account !== undefined) owners.set(toUserId, account)
      owners.delete(fromUserId)
      return Promise.resolve()
    },
    closeAccounts: (userId) => {
      if (isUnavailable) return Promise.reject(new Error('unavailable'))
      owners.delete(userId)
      return Promise.resolve()
    },
    logger: pino({ level: 'info' }, { write: (line) => void logged.push(line) }),
  })
  auth.onSessionEnded((sessionId) => ended.push(sessionId))
  server = createServer((request, response) => {
    request.headers[ADDRESS_HEADER] = String(request.headers['x-from'] ?? address)
    auth.handle(request, response).catch((error: unknown) => {
      failures.push(error)
      response.writeHead(500).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await opened[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  owners = new Map()
  ;[isUnavailable, moveFails] = [false, false]
  ended.length = failures.length = logged.length = 0
  address = `10.0.0.${++tests}`
})

const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, ...headers },
    body: JSON.stringify(body),
  })
const cookieOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
let people = 0
const person = () => ({ email: `p${++people}@example.com`, password: 'long enough', name: 'Ada' })

test('a user needs a visible name', async () => {
  for (const name of ['', ' ', 'a\u0000b', '\ud800', '\u202eadA', 'a'.repeat(61), 5, undefined]) {
    const response = await post('/sign-up/email', { ...person(), name })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'INVALID', error: { code: 'INVALID', field: 'name' } })
  }
  expect((await post('/sign-up/email', { ...person(), name: 'Ада 🦊' })).status).toBe(200)
})

test('a sign-up with a picture, or an address that no mail reaches, is refused', async () => {
  const long = { email: `${'a'.repeat(60)}@${'b.'.repeat(2_000)}com` }
  for (const [field, extra] of [
    ['image', { image: 'https://evil.example/x.svg' }],
    ['email', long],
  ] as const) {
    const response = await post('/sign-up/email', { ...person(), ...extra })
    expect([response.status, await response.json()]).toMatchObject([400, { code: 'INVALID', error: { field } }])
  }
  expect(failures).toEqual([])
})

test('our migration leaves better-auth nothing to migrate', async () => {
  const { toBeCreated, toBeAdded } = await getMigrations({ database: pool, plugins: [anonymous()] })
  expect([toBeCreated, toBeAdded]).toEqual([[], []])
})

describe('a guest', () => {
  test('has a name, an account and an HttpOnly cookie', async () => {
    const response = await post('/sign-in/anonymous')
    expect(response.status).toBe(200)
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/i)
    const signedIn = await auth.signedIn({ cookie: cookieOf(response) })
    expect(signedIn).toMatchObject({ isGuest: true, email: undefined })
    expect(signedIn?.name).toMatch(/^Guest \d{4}$/)
    expect([...owners.keys()]).toEqual([signedIn?.userId])
  })
  test('keeps the account when signing up; the guest’s session ends, its row stays', async () => {
    const cookie = cookieOf(await post('/sign-in/anonymous'))
    const guest = await auth.signedIn({ cookie })
    const account = owners.get(guest!.userId)
    const response = await post('/sign-up/email', person(), { cookie })
    const user = await auth.signedIn({ cookie: cookieOf(response) })
    expect(user).toMatchObject({ isGuest: false, name: 'Ada' })
    expect([...owners]).toEqual([[user!.userId, account]])
    expect(await auth.signedIn({ cookie })).toBeUndefined()
    expect(ended).toEqual([guest!.sessionId])
    const { rows } = await pool.query('select id from "user" where id = $1', [guest!.userId])
    expect(rows).toHaveLength(1)
  })
  test('gets the account at the next sign-in if it could not be moved at sign-up', async () => {
    const cookie = cookieOf(await post('/sign-in/anonymous'))
    const account = [...owners.values()][0]
    const ada = person()
    moveFails = true
    expect((await post('/sign-up/email', ada, { cookie })).status).toBe(500)
    moveFails = false
    expect(owners.size).toBe(1)
    const response = await post('/sign-in/email', ada, { cookie })
    expect(response.status).toBe(200)
    const user = await auth.signedIn({ cookie: cookieOf(response) })
    expect([...owners]).toEqual([[user!.userId, account]])
  })
  test('is signed in with status 503 if no account can be opened yet', async () => {
    isUnavailable = true
    const response = await post('/sign-in/anonymous')
    expect([response.status, await response.json()]).toMatchObject([503, { ok: false, error: { code: 'UNAVAILABLE' } }])
    expect(await auth.signedIn({ cookie: cookieOf(response) })).toMatchObject({ isGuest: true })
  })
  test('is deleted with its sessions, once its accounts are closed', async () => {
    const cookie = cookieOf(await post('/sign-in/anonymous'))
    const guest = await auth.signedIn({ cookie })
    isUnavailable = true
    expect((await post('/delete-user', {}, { cookie })).status).toBe(500)
    expect(await auth.signedIn({ cookie })).toEqual(guest)
    isUnavailable = false
    expect((await post('/delete-user', {}, { cookie })).status).toBe(200)
    expect(owners.size).toBe(0)
    expect(ended).toEqual([guest!.sessionId])
    expect(await auth.signedIn({ cookie })).toBeUndefined()
    expect((await post('/delete-anonymous-user', {}, { cookie })).status).toBe(401)
  })
})

test('text with a NUL, which Postgres cannot store, is the client’s mistake', async () => {
  const cookie = cookieOf(await post('/sign-up/email', person()))
  const bodies: [string, object][] = [
    ['/revoke-session', { token: 'a\0b' }],
    ['/sign-up/email', { ...person(), image: 'a\0b' }],
    ['/sign-in/email', { ...person(), password: 'long\0 enough' }],
  ]
  for (const [path, body] of bodies) {
    const response = await post(path, body, { cookie })
    expect([path, response.status, await response.json()]).toMatchObject([path, 400, { code: 'INVALID' }])
  }
  expect(failures).toEqual([])
})

test('a user with a password needs it to be deleted', async () => {
  const ada = person()
  const cookie = cookieOf(await post('/sign-up/email', ada))
  for (const body of [{}, { password: '' }, { password: 5 }, { token: 'abc' }]) {
    const response = await post('/delete-user', body, { cookie })
    expect(response.status).toBe(400)
  }
  const missing = await post('/delete-user', {}, { cookie })
  expect(await missing.json()).toMatchObject({ code: 'INVALID', error: { field: 'password' } })
  expect((await post('/delete-user', { password: 'not this one' }, { cookie })).status).toBe(400)
  expect(owners.size).toBe(1)
  expect((await post('/delete-user', { password: ada.password }, { cookie })).status).toBe(200)
  expect([owners.size, ended.length]).toEqual([0, 1])
  expect((await post('/sign-in/email', ada)).status).toBe(401)
})

test('of sign-ups at the same moment with one address, one gets it; the others are answered as if they were later', async () => {
  const ada = person()
  const answers = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const response = await post('/sign-up/email', ada)
      return { status: response.status, body: (await response.json()) as unknown, cookie: cookieOf(response) }
    }),
  )
  const later = await post('/sign-up/email', ada)
  const taken = { status: later.status, body: (await later.json()) as unknown, cookie: '' }
  expect(taken).toMatchObject({ status: 422, body: { code: 'USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL' } })
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status !== 200)).toEqual([taken, taken, taken])
  expect([owners.size, failures, logged]).toEqual([1, [], []])
})

test('a sign-up whose connection is lost while it hashes the password may be tried again', async () => {
  const ada = person()
  const response = post('/sign-up/email', ada)
  // It is idle within its transaction for as long as the hash takes.
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction' AND query ILIKE '%from "user"%'`
  await expect.poll(async () => (await pool.query(cut)).rowCount, { interval: 1 }).toBe(1)
  expect((await response).status).toBe(500)
  expect(failures).toHaveLength(1)
  expect(isLostDatabase(failures[0])).toBe(true)
  expect((await post('/sign-up/email', ada)).status).toBe(200)
})

describe('passwords', () => {
  let addresses = 0
  /** Signs in from an address of its own, so that only the e-mail address is limited. */
  const signIn = (email: string, password: string, headers: Record<string, string> = {}) => {
    const from = `10.1.${Math.floor(++addresses / 250)}.${addresses % 250}`
    return post('/sign-in/email', { email, password }, { 'x-from': from, ...headers })
  }
  /** One after the other: that many hashes at once would keep connections waiting for too long on a busy machine. */
  async function useUp(email: string, max: number, cookie?: string) {
    for (let tries = 0; tries < max; tries++) {
      const response = await signIn(email, 'not this one', cookie === undefined ? {} : { cookie })
      expect(response.status).toBe(401)
    }
  }

  test('are limited per e-mail address, whatever addresses they are tried from', async () => {
    const ada = person()
    await post('/sign-up/email', ada)
    await useUp(ada.email, OTHER_BROWSERS.max)
    const refused = await signIn(ada.email.toUpperCase(), ada.password)
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 'RATE_LIMITED' } }])
    const retryAfter = Number(refused.headers.get('retry-after')) * 1_000
    expect(retryAfter).toBeGreaterThan(OTHER_BROWSERS.windowMs / 2)
    expect(retryAfter).toBeLessThanOrEqual(OTHER_BROWSERS.windowMs)
    const bob = person()
    await post('/sign-up/email', bob)
    expect((await signIn(bob.email, bob.password)).status).toBe(200)
  })
  test('are limited in the same way for an e-mail address that nobody has', async () => {
    const nobody = person().email
    await useUp(nobody, OTHER_BROWSERS.max)
    expect((await signIn(nobody, 'not this one')).status).toBe(429)
  })
  test('of a browser that has signed in before are counted apart, so that nobody can lock a user out', async () => {
    const ada = person()
    const known = [cookieOf(await post('/sign-up/email', ada)), cookieOf(await signIn(ada.email, ada.password))]
    await useUp(ada.email, OTHER_BROWSERS.max)
    for (const cookie of known) {
      await post('/sign-out', {}, { cookie })
      expect((await signIn(ada.email, ada.password, { cookie })).status).toBe(200)
    }
    const [mine = ''] = known
    await useUp(ada.email, KNOWN_BROWSER.max, mine)
    expect((await signIn(ada.email, ada.password, { cookie: mine })).status).toBe(429)
    expect((await signIn(ada.email, ada.password, { cookie: known[1] ?? '' })).status).toBe(200)
  })
  test('are not more for a browser that is known for another e-mail address, or says so itself', async () => {
    const [ada, eve] = [person(), person()]
    await post('/sign-up/email', ada)
    const cookie = cookieOf(await post('/sign-up/email', eve))
    await useUp(ada.email, OTHER_BROWSERS.max, cookie)
    const forged = cookie.replace(/(valiant\.browser=)[^;]*/, '$1me.hash.signature')
    for (const one of [cookie, forged])
      expect((await signIn(ada.email, ada.password, { cookie: one })).status).toBe(429)
  })
  test('that are right are not counted', async () => {
    const ada = person()
    await post('/sign-up/email', ada)
    for (let times = 0; times <= OTHER_BROWSERS.max; times++) {
      expect((await signIn(ada.email, ada.password)).status).toBe(200)
    }
  })
  test('are limited for a session that must give its password once more', async () => {
    const cookie = cookieOf(await post('/sign-up/email', person()))
    const statuses = []
    for (let tries = 0; tries <= SESSION.max; tries++) {
      address = `10.2.0.${tries}`
      statuses.push((await post('/delete-user', { password: 'not this one' }, { cookie })).status)
    }
    expect(statuses).toEqual([...Array<number>(SESSION.max).fill(400), 429])
    const body = { currentPassword: 'not this one', newPassword: 'quite as long' }
    expect((await post('/change-password', body, { cookie })).status).toBe(429)
  })
})

test('a request that fails is logged by us alone: nothing is written past the log', async () => {
  const written = vi.spyOn(console, 'error')
  isUnavailable = true
  const cookie = cookieOf(await post('/sign-in/anonymous'))
  expect((await post('/delete-user', {}, { cookie })).status).toBe(500)
  expect(failures).toHaveLength(1)
  expect(written).not.toHaveBeenCalled()
  written.mockRestore()
})

test('mistakes of clients do not fill the log', async () => {
  const ada = person()
  await post('/sign-up/email', ada)
  const elsewhere = { callbackURL: `https://evil.example/${'a'.repeat(10_000)}` }
  expect((await post('/sign-in/email', { ...ada, password: 'not this one' })).status).toBe(401)
  expect((await post('/sign-in/email', person())).status).toBe(401)
  expect((await post('/sign-in/anonymous', elsewhere)).status).toBe(403)
  expect((await post('/sign-in/anonymous', {}, { origin: 'https://evil.example', cookie: 'a=b' })).status).toBe(403)
  expect(logged).toEqual([])
})

test('signing out ends the session and reports its id', async () => {
  const cookie = cookieOf(await post('/sign-up/email', person()))
  const signedIn = await auth.signedIn({ cookie })
  await post('/sign-out', {}, { cookie })
  expect(ended).toEqual([signedIn!.sessionId])
  expect(await auth.signedIn({ cookie })).toBeUndefined()
})

describe('a user with an e-mail address', () => {
  const list = (cookie: string) => fetch(`${url}/api/auth/list-sessions`, { headers: { cookie } })
  const listed = async (cookie: string) =>
    (await (await list(cookie)).json()) as { id: string; token: string; userAgent: string; updatedAt: string }[]
  const sessionOf = async (cookie: string) => (await auth.signedIn({ cookie }))!.sessionId
  async function signedInFromThreeBrowsers() {
    const ada = person()
    const cookies = [cookieOf(await post('/sign-up/email', ada))]
    for (const agent of ['a phone', 'another']) {
      cookies.push(cookieOf(await post('/sign-in/email', ada, { 'user-agent': agent })))
    }
    const [here = '', phone = '', other = ''] = cookies
    const ids = await Promise.all(cookies.map(sessionOf))
    return { ada, here, phone, other, ids }
  }

  test('sees all own sessions, however old, and nobody else’s', async () => {
    const { here, ids } = await signedInFromThreeBrowsers()
    await post('/sign-up/email', person())
    await pool.query(`UPDATE session SET "createdAt" = "createdAt" - interval '30 days' WHERE id = $1`, [ids[0]])
    const sessions = await listed(here)
    expect(sessions.map(({ id }) => id).sort()).toEqual(ids.toSorted())
    expect(sessions.map(({ userAgent }) => userAgent)).toEqual(expect.arrayContaining(['a phone', 'another']))
    expect((await list('')).status).toBe(401)
  })
  test('can end one of their sessions, and only their own', async () => {
    const { here, phone, other, ids } = await signedInFromThreeBrowsers()
    const sessions = await listed(here)
    const token = sessions.find(({ id }) => id === ids[1])?.token
    const stranger = cookieOf(await post('/sign-up/email', person()))
    await post('/revoke-session', { token }, { cookie: stranger })
    expect(ended).toEqual([])
    expect((await post('/revoke-session', { token }, { cookie: here })).status).toBe(200)
    expect(ended).toEqual([ids[1]])
    expect(await auth.signedIn({ cookie: phone })).toBeUndefined()
    for (const cookie of [here, other]) expect(await auth.signedIn({ cookie })).toBeDefined()
  })
  test('has so many sessions at most: one more ends the one that was not used for the longest time', async () => {
    const ada = person()
    const first = cookieOf(await post('/sign-up/email', ada))
    const oldest = await sessionOf(first)
    const cookies: string[] = []
    const signIn = async () => {
      address = `10.3.0.${cookies.length}`
      cookies.push(cookieOf(await post('/sign-in/email', ada, { 'user-agent': 'a'.repeat(5_000) })))
    }
    while (cookies.length < SESSIONS_PER_USER_MAX) await signIn()
    expect(ended).toEqual([oldest])
    expect(await auth.signedIn({ cookie: first })).toBeUndefined()
    // Used again, the next one is no longer the oldest.
    const [used = '', next = ''] = await Promise.all(cookies.slice(0, 2).map(sessionOf))
    await pool.query(`UPDATE session SET "updatedAt" = now() WHERE id = $1`, [used])
    await signIn()
    expect(ended).toEqual([oldest, next])
    const sessions = await listed(cookies.at(-1) ?? '')
    expect(sessions).toHaveLength(SESSIONS_PER_USER_MAX)
    for (const { userAgent } of sessions) expect(userAgent).toHaveLength(256)
  })
  test('can end all other sessions', async () => {
    const { here, ids } = await signedInFromThreeBrowsers()
    expect((await post('/revoke-other-sessions', {}, { cookie: here })).status).toBe(200)
    expect(ended.toSorted()).toEqual(ids.slice(1).toSorted())
    expect((await listed(here)).map(({ id }) => id)).toEqual([ids[0]])
  })
  test('can change the password, which ends all sessions and starts a new one for this browser', async () => {
    const { ada, here, ids } = await signedInFromThreeBrowsers()
    const change = (currentPassword: string, newPassword: string) =>
      post('/change-password', { currentPassword, newPassword, revokeOtherSessions: true }, { cookie: here })
    const wrong = await change('not this one', 'quite as long')
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { code: 'INVALID_PASSWORD' }])
    const short = await change(ada.password, 'short')
    expect([short.status, await short.json()]).toMatchObject([400, { code: 'PASSWORD_TOO_SHORT' }])
    expect(ended).toEqual([])

    const changed = await change(ada.password, 'quite as long')
    expect(changed.status).toBe(200)
    expect(ended.toSorted()).toEqual(ids.toSorted())
    const now = cookieOf(changed)
    expect(await auth.signedIn({ cookie: here })).toBeUndefined()
    expect(await auth.signedIn({ cookie: now })).toMatchObject({ email: ada.email })
    expect(await listed(now)).toHaveLength(1)
    expect((await post('/sign-in/email', ada)).status).toBe(401)
    expect((await post('/sign-in/email', { ...ada, password: 'quite as long' })).status).toBe(200)
  })
  test('is rate limited when trying many passwords', async () => {
    const cookie = cookieOf(await post('/sign-up/email', person()))
    const body = { currentPassword: 'not this one', newPassword: 'short' }
    const statuses = []
    for (let tries = 0; tries < 11; tries++) statuses.push((await post('/change-password', body, { cookie })).status)
    expect(statuses.at(-1)).toBe(429)
  })
})

test('a guest has no password to change', async () => {
  const cookie = cookieOf(await post('/sign-in/anonymous'))
  const body = { currentPassword: 'long enough', newPassword: 'quite as long' }
  const response = await post('/change-password', body, { cookie })
  expect([response.status, await response.json()]).toMatchObject([400, { code: 'CREDENTIAL_ACCOUNT_NOT_FOUND' }])
})

test('a foreign page can neither sign in nor out', async () => {
  const cookie = cookieOf(await post('/sign-in/anonymous'))
  const others = ['/change-password', '/revoke-session', '/revoke-other-sessions']
  for (const path of ['/sign-out', '/sign-in/anonymous', '/sign-up/email', ...others]) {
    const response = await post(path, person(), { cookie, origin: 'https://evil.example' })
    expect(response.status).toBe(403)
  }
  expect(await auth.signedIn({ cookie })).toBeDefined()
})

test('a forged or malformed cookie is not signed in', async () => {
  for (const cookie of ['valiant.session_token=x.y', 'valiant.session_token=%00', '=;;;', '\u00ff']) {
    expect(await auth.signedIn({ cookie })).toBeUndefined()
  }
})

test('a session and its cookie are renewed at most once an hour', async () => {
  const guest = await post('/sign-in/anonymous')
  const cookie = cookieOf(guest)
  const getSession = async () => {
    const response = await fetch(`${url}/api/auth/get-session`, { headers: { cookie } })
    const { session } = (await response.json()) as { session: { id: string; expiresAt: string } }
    return { ...session, isRenewed: response.headers.getSetCookie().some((one) => one.includes('session_token=')) }
  }
  const fresh = await getSession()
  expect(fresh.isRenewed).toBe(false)
  const { id } = fresh
  await pool.query(
    `UPDATE session SET "expiresAt" = "expiresAt" - interval '2 hours', "updatedAt" = "updatedAt" - interval '2 hours' WHERE id = $1`,
    [id],
  )
  const old = await getSession()
  expect(old).toMatchObject({ id, isRenewed: true })
  expect(Date.parse(old.expiresAt)).toBeGreaterThanOrEqual(Date.parse(fresh.expiresAt))
  expect((await auth.signedIn({ cookie }))?.sessionId).toBe(id)
})
