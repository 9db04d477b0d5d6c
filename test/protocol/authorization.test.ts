import { MadeApiKey } from '@valiant/shared/protocol/api-keys'
import { REQUEST_EXAMPLES } from '@valiant/shared/protocol/examples'
import { REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import { REST_ROUTES, type RestRoute, takesBody } from '@valiant/shared/protocol/rest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, guest, market, type ProtocolClient, rest } from './client.ts'

/** In every text that the owner can write. */
const SECRET = 'of the owner'
/** A new order's id names nothing yet. */
const NAMES = (Object.keys(REQUESTS) as RequestName[]).filter((name) => !/place$|preview$/.test(name))
/** Fields that name something by its id. */
const idFieldsOf = (name: RequestName) =>
  Object.keys(REQUESTS[name].payload.shape).filter((field) => /Id$|^cursor$/.test(field) && field !== 'requestId')

let server: TestServer
let owner: ProtocolClient
let stranger: ProtocolClient
let reader: string
let trader: string
/** One of each kind that an account or user has. */
let ids: Readonly<Record<'account' | 'filled' | 'resting' | 'fill' | 'entry' | 'alert' | 'key', string>>

const asUser = (client: ProtocolClient) => ({ cookie: client.cookie })
const asKey = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

async function keyOf(client: ProtocolClient, name: string, scopes: string[]): Promise<MadeApiKey> {
  const response = await rest(server.url, '/api/keys', { ...asUser(client), method: 'POST', body: { name, scopes } })
  return MadeApiKey.parse(((await response.json()) as { data: unknown }).data)
}

beforeAll(async () => {
  server = await startServer({
    ...{ LIMIT_REQUESTS_PER_SECOND: '100000', LIMIT_ORDERS_PER_SECOND: '10000', LIMIT_ORDERS_BURST: '10000' },
  })
  owner = await guest(server.url)
  stranger = await guest(server.url)
  reader = (await keyOf(stranger, 'reads', ['read'])).key
  trader = (await keyOf(stranger, 'trades', ['trade'])).key
  const { symbol, qty, below, above } = await market(owner)
  const order = { symbol, side: 'buy', qty: qty(), tag: SECRET }
  const filled = await owner.place({ ...order, type: 'market' })
  const resting = await owner.place({ ...order, type: 'limit', limitPrice: below(2) })
  const alert = { symbol, op: 'above', price: above(50), note: SECRET }
  await owner.good('account.update', { name: SECRET })
  await owner.good('preferences.set', { key: 'a', value: SECRET })
  ids = {
    account: filled.accountId,
    filled: filled.orderId,
    resting: resting.orderId,
    fill: filled.fills[0]?.fillId ?? '',
    entry: (await owner.good('ledger')).items[0]?.entryId ?? '',
    alert: (await owner.good('alert.create', alert)).alertId,
    key: (await keyOf(owner, SECRET, ['read'])).id,
  }
})
afterAll(async () => {
  closeAll()
  await server[Symbol.asyncDispose]()
})

/** Everything of the owner that a request could change. */
async function ownersState(): Promise<unknown> {
  const { account, positions, openOrders } = await owner.account()
  const { cash, held, mode, name, resets } = account
  const keys = await rest(server.url, '/api/keys', asUser(owner))
  return {
    ...{ cash, held, mode, name, resets },
    positions: positions.map(({ symbol, qty }) => [symbol, qty]),
    openOrders: openOrders.map(({ orderId, version }) => [orderId, version]),
    ...{ alerts: await owner.good('alert.list'), preferences: await owner.good('preferences.get') },
    ...{ accounts: (await owner.good('accounts')).length, keys: await keys.text() },
  }
}

/** An answer to somebody else: it may repeat the ids that it was asked for, and knows nothing else. */
function expectNothingOfTheOwner(answer: string, ...asked: string[]): void {
  expect(answer).not.toContain(SECRET)
  // News and alerts are both counted from 1, so an alert's id may be that of news.
  const { account, filled, resting, fill, entry, key } = ids
  for (const id of [account, filled, resting, fill, entry, key])
    if (!asked.includes(id)) expect(answer).not.toContain(id)
}

const pathOf = ({ path }: RestRoute, id: string) => `/api${path.replace(/:\w+/g, id)}`
const bodyOf = (route: RestRoute) => (takesBody(route) ? { body: { qty: '1' } } : {})

describe('another user', () => {
  test('reaches nothing by its id, in any request', async () => {
    const before = await ownersState()
    const named = NAMES.flatMap((name) => idFieldsOf(name).map((field) => ({ name, field })))
    expect(named.length).toBeGreaterThan(10)
    for (const { name, field } of named) {
      for (const id of Object.values(ids)) {
        const example = Object.entries(REQUEST_EXAMPLES[name]?.payload ?? {})
        const others = example.filter(([other]) => !/^(o|clientO)rderId$/.test(other))
        const payload = { ...Object.fromEntries(others), [field]: id }
        expectNothingOfTheOwner(JSON.stringify(await stranger.ask(name, payload)), id)
      }
    }
    expect(await ownersState()).toEqual(before)
  })

  test.each(['session', 'key'] as const)('reaches nothing by its id, on any route, with a %s', async (kind) => {
    const before = await ownersState()
    const credential = kind === 'session' ? asUser(stranger) : asKey(trader)
    for (const route of REST_ROUTES) {
      for (const id of Object.values(ids)) {
        const { method } = route
        const own = await rest(server.url, pathOf(route, id), { ...credential, method, ...bodyOf(route) })
        expectNothingOfTheOwner(await own.text(), id)
        const theirs = `${pathOf(route, id)}?accountId=${ids.account}`
        const response = await rest(server.url, theirs, { ...credential, method, ...bodyOf(route) })
        if (route.scope !== 'public') expect(response.status, `${method} ${theirs}`).toBe(403)
        expectNothingOfTheOwner(await response.text(), id, ids.account)
      }
    }
    expect(await ownersState()).toEqual(before)
  })

  test('cannot connect to the account', async () => {
    const to = { accountId: ids.account }
    const refusal = { data: { code: 'FORBIDDEN' } }
    await expect(connect(server.url, { ...asUser(stranger), auth: to })).rejects.toMatchObject(refusal)
    await expect(connect(server.url, { auth: { ...to, apiKey: trader } })).rejects.toMatchObject(refusal)
  })
})

describe.each(REST_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_name, route) => {
  const statusOf = async (who: Parameters<typeof rest>[2]) =>
    (await rest(server.url, pathOf(route, 'VLNT'), { method: route.method, ...bodyOf(route), ...who })).status

  test('is open to those whom its scope names', async () => {
    const { scope } = route
    const [nobody, reads, trades] = [await statusOf({}), await statusOf(asKey(reader)), await statusOf(asKey(trader))]
    expect(nobody === 401).toBe(scope !== 'public')
    expect(reads === 403).toBe(scope === 'trade' || scope === 'session')
    expect(trades === 403).toBe(scope === 'session')
  })

  test('changes nothing with the cookie on behalf of another page', async () => {
    if (route.method === 'GET') return
    for (const origin of ['https://evil.example', 'null']) {
      expect(await statusOf({ ...asUser(owner), headers: { origin } })).toBe(403)
    }
  })
})
