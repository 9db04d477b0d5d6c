import { MadeApiKey } from '@valiant/shared/protocol/api-keys'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { audit } from '../../server/audit/audit.ts'
import { operator as operatorOf } from '../rig/operator.ts'
import { startServer } from '../rig/server.ts'
import { closeAll, connect, cookieOf, guest, market, newId, rest } from './client.ts'

let server: Awaited<ReturnType<typeof startServer>>
let client: pg.Client
beforeAll(async () => {
  server = await startServer()
  client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
})
afterEach(closeAll)

const post = (path: string, { cookie = '', body = {} }: { cookie?: string | undefined; body?: object } = {}) =>
  rest(server.url, path, { method: 'POST', cookie, body })
const userOf = async (cookie: string | undefined): Promise<unknown> =>
  (await rest(server.url, '/api/auth/get-session', { cookie: cookie ?? '' })).json()

test('a guest who deletes themselves leaves a closed account and nothing else', async () => {
  const leaver = await guest(server.url)
  const on = await market(leaver)
  await leaver.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  await leaver.place({ symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) })
  await leaver.good('alert.create', { symbol: on.symbol, op: 'above', price: on.below(2), note: 'my own words' })
  await leaver.good('accounts.create', { name: 'Ada L.', startingCash: '5000.00', requestId: newId() })
  const made = await post('/api/keys', { cookie: leaver.cookie, body: { name: 'bot', scopes: ['trade'] } })
  const { key } = MadeApiKey.parse(((await made.json()) as { data: unknown }).data)
  const bot = await connect(server.url, { auth: { apiKey: key } })

  expect((await post('/api/auth/delete-user', { cookie: leaver.cookie })).status).toBe(200)

  await expect.poll(() => leaver.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  await expect.poll(() => bot.of('goodbye')).toMatchObject([{ code: 'KEY_REVOKED' }])
  expect(await userOf(leaver.cookie)).toBeNull()
  await expect(connect(server.url, { auth: { apiKey: key } })).rejects.toMatchObject({
    data: { code: 'UNAUTHENTICATED' },
  })
  const accounts = await client.query('SELECT name, mode FROM account WHERE account_id >= 16')
  expect(accounts.rows).toEqual([
    { name: 'Closed', mode: 'closed' },
    { name: 'Closed', mode: 'closed' },
  ])
  const left = await client.query(`SELECT id FROM auth."user" UNION ALL SELECT "userId" FROM auth.session
    UNION ALL SELECT note FROM price_alert WHERE note IS NOT NULL OR deleted_at_ms IS NULL`)
  expect(left.rows).toEqual([])
  expect((await audit(server.databaseUrl)).results.filter(({ ok }) => !ok)).toEqual([])
})

test('a permanent user needs the password, and may sign up again afterward', async () => {
  const ada = { email: `${newId()}@example.com`, password: 'long enough', name: 'Ada' }
  const signedUp = await post('/api/auth/sign-up/email', { body: ada })
  expect(signedUp.status).toBe(200)
  const cookie = cookieOf(signedUp)
  const withoutPassword = await post('/api/auth/delete-user', { cookie })
  expect([withoutPassword.status, await withoutPassword.json()]).toMatchObject([
    400,
    { ok: false, error: { code: 'INVALID', field: 'password' } },
  ])
  const wrong = await post('/api/auth/delete-user', { cookie, body: { password: 'something else' } })
  expect(wrong.status).toBe(400)
  expect(await userOf(cookie)).toMatchObject({ user: { email: ada.email } })
  expect((await post('/api/auth/delete-user', { cookie, body: { password: ada.password } })).status).toBe(200)
  expect(await userOf(cookie)).toBeNull()
  expect((await post('/api/auth/sign-in/email', { body: ada })).status).toBe(401)
  expect((await post('/api/auth/sign-up/email', { body: ada })).status).toBe(200)
})

test('nobody is deleted without a session', async () => {
  expect((await post('/api/auth/delete-user')).status).toBe(401)
})

test('an operator removes a user, whose accounts are closed through the exchange', async () => {
  const operator = (...words: string[]) => operatorOf(server.databaseUrl, ...words)
  const ada = { email: `${newId()}@example.com`, password: 'long enough', name: 'Ada' }
  const cookie = cookieOf(await post('/api/auth/sign-up/email', { body: ada }))
  const browser = await connect(server.url, { cookie })
  const stranger = await guest(server.url)
  const on = await market(browser)
  await browser.place({ symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) })
  const { id } = await browser.money()

  expect(await operator('remove-user', ada.email.toUpperCase())).toContain('Add --yes')
  await browser.account()
  expect(await operator('remove-user', id, '--yes')).toContain(`with ${id}`)

  await expect.poll(() => browser.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  expect(await userOf(cookie)).toBeNull()
  expect((await post('/api/auth/sign-in/email', { body: ada })).status).toBe(401)
  await stranger.account()
  await expect(operator('remove-user', ada.email)).rejects.toThrow('No user found')
  await expect(operator('remove-user', id)).rejects.toThrow('No user found')
  const record = await client.query('SELECT FROM auth.removal WHERE user_id IS NOT NULL AND done_at_ms IS NOT NULL')
  expect(record.rowCount).toBe(1)
  expect((await audit(server.databaseUrl)).results.filter(({ ok }) => !ok)).toEqual([])
})

test('an operator closes one of two accounts, and only with its sockets, keys and alerts', async () => {
  const operator = (...words: string[]) => operatorOf(server.databaseUrl, ...words)
  const owner = await guest(server.url)
  const first = (await owner.money()).id
  await expect(operator('close-account', first, '--yes')).rejects.toThrow('use remove-user')
  const { id: second } = await owner.good('accounts.create', { name: 'Second', startingCash: '5000.00' })
  const on = await market(owner)
  const other = await connect(server.url, { cookie: owner.cookie ?? '', auth: { accountId: second } })
  await other.place({ symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) })
  await other.good('alert.create', { symbol: on.symbol, op: 'below', price: on.below(2), note: 'my own words' })
  const made = await post('/api/keys', {
    cookie: owner.cookie,
    body: { name: 'bot', scopes: ['trade'], accountId: second },
  })
  const { key } = MadeApiKey.parse(((await made.json()) as { data: unknown }).data)
  const bot = await connect(server.url, { auth: { apiKey: key } })

  expect(await operator('close-account', second)).toContain('Add --yes')
  expect(await operator('close-account', second, '--yes')).toContain(`Removed account ${second}`)

  await expect.poll(() => bot.of('goodbye')).toMatchObject([{ code: 'KEY_REVOKED' }])
  await expect.poll(() => other.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  await owner.account()
  expect(owner.of('goodbye')).toEqual([])
  expect((await owner.good('accounts', {})).map((account) => account.id)).toEqual([first])
  await expect(connect(server.url, { cookie: owner.cookie ?? '', auth: { accountId: second } })).rejects.toMatchObject({
    data: { code: 'FORBIDDEN' },
  })
  await expect(operator('close-account', second, '--yes')).rejects.toThrow('No user found')
  const left = await client.query('SELECT FROM price_alert WHERE note IS NOT NULL OR deleted_at_ms IS NULL')
  expect(left.rowCount).toBe(0)
  expect((await audit(server.databaseUrl)).results.filter(({ ok }) => !ok)).toEqual([])
})
