import { ApiKey, MadeApiKey } from '@valiant/shared/protocol/api-keys'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { operator as operatorOf } from '../rig/operator.ts'
import { type FreshDatabase, freshDatabase } from '../rig/postgres.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, guest, market, newId, type ProtocolClient, rest, type TestMarket } from './client.ts'

const AUTH_SECRET = 'x'.repeat(40)

let database: FreshDatabase
let server: TestServer
let owner: ProtocolClient
let on: TestMarket
beforeAll(async () => {
  database = await freshDatabase()
  server = await startServer({ DATABASE_URL: database.url, AUTH_SECRET })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  owner = await guest(server.url)
  on = await market(owner)
})
afterEach(closeAll)

interface Body {
  readonly ok: boolean
  readonly data?: unknown
  readonly error?: { readonly code: string; readonly field?: string }
}
async function ask(path: string, options: Parameters<typeof rest>[2] = {}): Promise<Body & { status: number }> {
  const response = await rest(server.url, path, options)
  return { status: response.status, ...((await response.json()) as Body) }
}
const asOwner = (method: string, path: string, body?: unknown) =>
  ask(path, { cookie: owner.cookie, method, ...(body !== undefined && { body }) })
const asKey = (key: string, path: string, options: object = {}) =>
  ask(path, { headers: { authorization: `Bearer ${key}` }, ...options })
async function make(scopes: string[], more: object = {}): Promise<MadeApiKey> {
  const made = await asOwner('POST', '/api/keys', { name: 'bot', scopes, ...more })
  expect(made.status).toBe(200)
  return MadeApiKey.parse(made.data)
}
const keyOf = async () => ApiKey.array().parse((await asOwner('GET', '/api/keys')).data)
const whyNot = (auth: Record<string, unknown>) =>
  connect(server.url, { auth }).then(
    () => undefined,
    (error: unknown) => (error as { data?: unknown }).data,
  )
const buy = () => ({ clientOrderId: newId(), symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })

test('a key trades over socket and REST, for the account it was created for', async () => {
  const { id, key, accountId } = await make(['read', 'trade'])
  expect(accountId).toBe((await owner.money()).id)
  const bot = await connect(server.url, { auth: { apiKey: key } })
  await expect.poll(() => bot.of('welcome')).toMatchObject([{ accountId, scopes: ['read', 'trade'] }])
  expect(await bot.place(buy())).toMatchObject({ status: 'filled', source: 'api' })
  expect(await asKey(key, '/api/orders', { method: 'POST', body: buy() })).toMatchObject({ ok: true })
  expect((await owner.account()).positions).toMatchObject([{ symbol: on.symbol, qty: on.qty(2) }])
  const [listed, ...none] = await keyOf()
  expect(none).toEqual([])
  expect(listed).toMatchObject({ id, name: 'bot', scopes: ['read', 'trade'], usedAt: expect.any(Number) as number })
  expect(JSON.stringify(listed)).not.toContain(key.slice(-20))
})

test('a read-only key cannot trade, and no key can create keys or accounts', async () => {
  const { id, key } = await make(['read'])
  const bot = await connect(server.url, { auth: { apiKey: key } })
  await bot.account()
  await bot.refused('order.place', buy(), 'FORBIDDEN')
  expect(await asKey(key, '/api/orders', { method: 'POST', body: buy() })).toMatchObject({ status: 403 })
  expect(await asKey(key, '/api/positions')).toMatchObject({ status: 200 })
  const trader = await make(['trade'])
  for (const [method, path] of [['GET', '/api/keys'] as const, ['DELETE', `/api/keys/${id}`] as const]) {
    expect(await asKey(trader.key, path, { method })).toMatchObject({ status: 403, error: { code: 'FORBIDDEN' } })
  }
  // Before any field is checked.
  const odd = await asKey(trader.key, '/api/keys', { method: 'POST', body: { odd: 1 } })
  expect(odd).toMatchObject({ status: 403, error: { code: 'FORBIDDEN' } })
  const tradingBot = await connect(server.url, { auth: { apiKey: trader.key } })
  for (const payload of [{ name: 'Second', startingCash: '1.00' }, { odd: 1 }]) {
    await tradingBot.refused('accounts.create', payload, 'FORBIDDEN')
  }
  expect(tradingBot.of('welcome')).toMatchObject([{ scopes: ['read', 'trade'] }])
  await tradingBot.account()
})

test('revoking a key closes its sockets at once and ends its access', async () => {
  const [{ id, key }, other] = [await make(['read']), await make(['read'])]
  const [bot, stays] = [
    await connect(server.url, { auth: { apiKey: key } }),
    await connect(server.url, { auth: { apiKey: other.key } }),
  ]
  expect(await asOwner('DELETE', `/api/keys/${id}`)).toMatchObject({ status: 200, data: { id } })
  await expect.poll(() => bot.socket.connected).toBe(false)
  expect(bot.of('goodbye')).toMatchObject([{ code: 'KEY_REVOKED' }])
  expect(await whyNot({ apiKey: key })).toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(await asKey(key, '/api/account')).toMatchObject({ status: 401, error: { code: 'UNAUTHENTICATED' } })
  await stays.account()
  expect((await keyOf()).map((one) => one.id)).toEqual([other.id])
})

test('a key belongs to one account, and other users cannot use or see it', async () => {
  const second = await owner.good('accounts.create', { name: 'Second', startingCash: '5000.00' })
  const { key, accountId } = await make(['read'], { accountId: second.id })
  expect(accountId).toBe(second.id)
  expect(await asKey(key, '/api/account')).toMatchObject({ data: { account: { id: second.id } } })
  const first = (await owner.money()).id
  expect(await whyNot({ apiKey: key, accountId: first })).toMatchObject({ code: 'FORBIDDEN' })
  expect(await asKey(key, `/api/account?accountId=${first}`)).toMatchObject({ status: 403 })
  const stranger = await guest(server.url)
  const body = { name: 'theirs', scopes: ['read'], accountId: first }
  const theirs = await ask('/api/keys', { cookie: stranger.cookie, method: 'POST', body })
  expect(theirs).toMatchObject({ status: 403, error: { code: 'FORBIDDEN' } })
  const [mine] = await keyOf()
  expect(await ask(`/api/keys/${mine?.id}`, { cookie: stranger.cookie, method: 'DELETE' })).toMatchObject({
    status: 404,
  })
})

test('an invalid request for a key is refused with the field', async () => {
  const wrong = async (body: unknown) => (await asOwner('POST', '/api/keys', body)).error
  expect(await wrong({ scopes: ['read'] })).toMatchObject({ code: 'INVALID', field: 'name' })
  expect(await wrong({ name: 'bot', scopes: [] })).toMatchObject({ code: 'INVALID', field: 'scopes' })
  expect(await wrong({ name: 'bot', scopes: ['admin'] })).toMatchObject({ code: 'INVALID', field: 'scopes.0' })
  expect(await wrong({ name: 'bot', scopes: ['read'], days: 3 })).toMatchObject({ code: 'INVALID', field: 'days' })
  expect(await ask('/api/keys')).toMatchObject({ status: 401 })
  expect(await whyNot({ apiKey: 17 })).toMatchObject({ code: 'UNAUTHENTICATED' })
})

test('an operator looks up an account, creates a key for it and revokes it', async () => {
  const operator = (...words: string[]) => operatorOf(database.url, ...words)
  await owner.place(buy())
  const { id } = await owner.money()
  expect(await operator('account', id)).toMatch(
    new RegExp(`${id} .*of a guest[^]*${on.symbol} \\d+[^]*orders: 1, 0 of them open`),
  )
  const [key = ''] = (await operator('key', 'make', id, '--name', 'by hand', '--scopes', 'read')).split('\n')
  expect(await asKey(key, '/api/account')).toMatchObject({ data: { account: { id } } })
  const [keyId = ''] = (await operator('key', 'list', id)).split(' ')
  expect(await operator('key', 'revoke', keyId)).toContain('is revoked')
  expect(await asKey(key, '/api/account')).toMatchObject({ status: 401 })
  await expect(operator('key', 'revoke', 'none')).rejects.toThrow('No key has the id none')
  await expect(operator('account', 'nobody@example.com')).rejects.toThrow('No account found')
  expect(await operator('seed')).toContain('instruments are listed')
})
