import { ACCOUNT_COOKIE, type PageSource } from '@valiant/shared/protocol/page'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, GatewayRig } from './gateway.fixture.ts'

let rig: GatewayRig
let client: Client
let cookie: string
beforeAll(async () => {
  rig = await GatewayRig.open({ guestsPerMinute: 1_000, requestsPerSecond: 100_000 })
  cookie = await rig.guest()
  client = await rig.connect({ cookie })
})
afterAll(() => rig[Symbol.asyncDispose]())

const create = async (of: Client, more: object = {}) => {
  const answer = await of.ask('accounts.create', { name: 'Second', startingCash: '500.00', ...more })
  return (answer as { data: { id: string } }).data
}
const cashOf = async (of: Client) =>
  ((await of.ask('account', {})) as { data: { account: { cash: string } } }).data.account.cash

describe('an account', () => {
  test('is renamed, and switched to margin and back', async () => {
    expect(await client.ask('account.update', { name: 'Main' })).toMatchObject({ data: { name: 'Main', mode: 'cash' } })
    expect(await client.ask('account.update', { mode: 'margin' })).toMatchObject({
      data: { name: 'Main', mode: 'margin', marginState: 'ok' },
    })
    expect(await client.ask('account.update', { mode: 'cash' })).toMatchObject({ data: { mode: 'cash' } })
    for (const [payload, field, rule] of [
      [{}, 'name', 'required'],
      [{ name: '' }, 'name', 'min'],
      [{ name: '   ' }, 'name', 'format'],
      [{ name: 'a\u0000b' }, 'name', 'format'],
      [{ name: '\ud800' }, 'name', 'format'],
      [{ name: 'x'.repeat(61) }, 'name', 'max'],
      [{ mode: 'portfolio' }, 'mode', 'unknown'],
    ] as const) {
      const error = { code: 'INVALID', field, details: { rule } }
      expect(await client.ask('account.update', payload)).toMatchObject({ error })
    }
  })
  test('deposits and withdraws, once per request id', async () => {
    const before = Number(await cashOf(client))
    const deposit = { amount: '12.5', requestId: 'deposit-1' }
    expect(await client.ask('account.deposit', deposit)).toMatchObject({ ok: true, data: { entry: { asset: 'USD' } } })
    expect(await client.ask('account.deposit', { ...deposit, amount: '12.50' })).toMatchObject({ duplicate: true })
    expect(await client.ask('account.deposit', { ...deposit, amount: '13' })).toMatchObject({
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID' },
    })
    await client.ask('account.withdraw', { amount: '2.00' })
    expect(Number(await cashOf(client)) - before).toBeCloseTo(10.5)
    for (const [amount, rule, nearest] of [
      ['0', 'min'],
      ['0.001', 'format', '0.01'],
      ['1000000000.01', 'max'],
      ['-5', 'format'],
    ] as const) {
      for (const event of ['account.deposit', 'account.withdraw']) {
        expect(await client.ask(event, { amount })).toMatchObject({
          error: { code: 'INVALID', field: 'amount', details: { rule, ...(nearest !== undefined && { nearest }) } },
        })
      }
    }
  })
  test('is reset to the requested cash', async () => {
    expect(await client.ask('account.reset', { startingCash: '25000' })).toMatchObject({ data: { cash: '25000.00' } })
    expect(await client.ask('account.reset', { startingCash: '0.00' })).toMatchObject({
      error: { code: 'INVALID', field: 'startingCash', details: { rule: 'min' } },
    })
  })
  test('has an equity curve at the finest interval that fits one answer', async () => {
    expect(await client.ask('equity', {})).toEqual({ ok: true, data: [[60_000, '-0.05', '100000.00']] })
    const intervalOf = async (payload: object) => {
      expect(await client.ask('equity', payload)).toMatchObject({ ok: true })
      return (rig.exchange.equityQueries.at(-1) as { intervalMs: number }).intervalMs / 60_000
    }
    const now = Date.now()
    const days = (count: number) => now - count * 86_400_000
    expect(await intervalOf({})).toBe(1)
    expect(await intervalOf({ from: days(1) })).toBe(1)
    expect(await intervalOf({ from: days(2) })).toBe(5)
    expect(await intervalOf({ from: days(90), to: days(89) })).toBe(1)
    expect(await intervalOf({ from: 0 })).toBe(24 * 60)
    expect(await intervalOf({ from: days(90), interval: '1h' })).toBe(60)
    expect(rig.exchange.equityQueries.at(-1)).toMatchObject({ fromMs: days(90), limit: 1_500 })
    expect(await client.ask('equity', { interval: '1s' })).toMatchObject({
      error: { code: 'INVALID', field: 'interval' },
    })
    const response = await fetch(`${rig.url}/api/equity?from=${days(2)}`, { headers: { cookie } })
    expect([response.status, await response.json()]).toEqual([
      200,
      { ok: true, data: [[60_000, '-0.05', '100000.00']] },
    ])
  })
})

describe('a user with several accounts', () => {
  test('lists them, and a connection selects one', async () => {
    const user = await rig.guest()
    const first = await rig.connect({ cookie: user })
    const { id } = await create(first, { mode: 'margin' })
    expect(await first.ask('accounts', {})).toMatchObject({
      data: [{ cash: '100000.00' }, { id, name: 'Second', cash: '500.00', mode: 'margin' }],
    })
    const second = await rig.connect({ cookie: user, auth: { accountId: id } })
    expect(await second.ask('account', {})).toMatchObject({ data: { account: { id, cash: '500.00' } } })
    expect(second.of('welcome')).toMatchObject([{ accountId: id }])
    await second.ask('account.deposit', { amount: '1' })
    expect([await cashOf(first), await cashOf(second)]).toEqual(['100000.00', '501.00'])
  })
  test('repeats the request that opens an account and gets one more account, not two', async () => {
    const user = await rig.connect({ cookie: await rig.guest() })
    const first = await create(user, { requestId: 'open-1' })
    expect((await create(user, { requestId: 'open-1' })).id).toBe(first.id)
    expect(await user.ask('accounts', {})).toMatchObject({ data: [{}, {}] })
    expect(await user.ask('accounts.create', { name: ' ', startingCash: '1' })).toMatchObject({
      error: { code: 'INVALID', field: 'name' },
    })
    expect(await user.ask('accounts.create', { name: 'x', startingCash: '1.001' })).toMatchObject({
      error: { code: 'INVALID', field: 'startingCash', details: { nearest: '1.00' } },
    })
  })
  test('lists them without filling the queue to the exchange', async () => {
    const user = await rig.connect({ cookie: await rig.guest() })
    for (const requestId of ['open-2', 'open-3']) await create(user, { requestId })
    const { exchange } = rig
    exchange.deaf = true
    const asked = user.ask('accounts', {})
    await expect.poll(() => exchange.unheard.map(({ request }) => request.event)).toEqual(['account'])
    exchange.deaf = false
    expect(await asked).toMatchObject({ data: [{}, {}, {}] })
  })
  test('cannot reach another user’s account by any id', async () => {
    const mine = await rig.guest()
    const theirs = await rig.connect({ cookie: await rig.guest() })
    const { id } = await create(theirs)
    const own = await create(await rig.connect({ cookie: mine }))
    const orderOfOwn = own.id.slice(0, -1) + 'Z'
    for (const accountId of [id, orderOfOwn, 'none', '']) {
      const refused = rig.connect({ cookie: mine, auth: { accountId } })
      await expect(refused).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } })
      const response = await fetch(`${rig.url}/api/account?accountId=${accountId}`, { headers: { cookie: mine } })
      expect([response.status, await response.json()]).toMatchObject([403, { error: { code: 'FORBIDDEN' } }])
    }
  })
  test('selects one over REST, by header or query', async () => {
    const user = await rig.guest()
    const first = await rig.connect({ cookie: user })
    const { id } = await create(first)
    const account = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(rig.url + path, { headers: { cookie: user, ...headers } })
      return ((await response.json()) as { data: { account: { id: string } } }).data.account.id
    }
    expect(await account('/api/account')).not.toBe(id)
    expect(await account(`/api/account?accountId=${id}`)).toBe(id)
    expect(await account('/api/account', { 'x-account-id': id })).toBe(id)
    const listed = await fetch(`${rig.url}/api/orders?accountId=${id}&limit=1`, { headers: { cookie: user } })
    expect(await listed.json()).toEqual({ ok: true, data: { items: [] } })
    const twice = await fetch(`${rig.url}/api/account?accountId=${id}&accountId=x`, { headers: { cookie: user } })
    expect([twice.status, await twice.json()]).toMatchObject([400, { error: { code: 'INVALID', field: 'accountId' } }])
    const body = { clientOrderId: 'x', symbol: 'NOPE' }
    const posted = await rig.post(`/api/orders?accountId=${id}`, body, { cookie: user })
    expect([posted.status, await posted.json()]).toMatchObject([400, { error: { field: 'side' } }])
  })
})

test('a page shows the account that its cookie names, if it belongs to the visitor', async () => {
  await using paged = await GatewayRig.open({}, 0, (request, response) => {
    const { valiant } = request as unknown as { valiant: PageSource }
    void valiant.account().then((snapshot) => response.json(snapshot?.account ?? {}))
  })
  const user = await paged.guest()
  const { id } = await create(await paged.connect({ cookie: user }))
  const foreign = await create(await paged.connect({ cookie: await paged.guest() }))
  const shown = async (chosen: string) => {
    const headers = { cookie: chosen === '' ? user : `${user}; ${ACCOUNT_COOKIE}=${chosen}` }
    return ((await (await fetch(paged.url, { headers })).json()) as { name: string }).name
  }
  expect(await shown(id)).toBe('Second')
  const oldest = await shown('')
  expect(oldest).not.toBe('Second')
  for (const chosen of [foreign.id, 'none', '%00']) expect(await shown(chosen)).toBe(oldest)
  expect(await (await fetch(paged.url, { headers: { cookie: `${ACCOUNT_COOKIE}=${id}` } })).json()).toEqual({})
})

test('welcome.limits lists the limits of this server', () => {
  const [{ limits }] = client.of('welcome') as [{ limits: Record<string, number> }]
  expect(limits).toMatchObject({ accounts: 10, amount: 1e9, nameLength: 60, cancelAfterMsMin: 100 })
  expect(limits).toMatchObject({ cancelAfterMsMax: 86_400_000, frameBytes: 16_384 })
})
