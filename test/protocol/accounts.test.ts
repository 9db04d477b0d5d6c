import type { AccountFrame } from '@valiant/shared/protocol/account'
import { expect, test } from 'vitest'
import { connect, cookieOf, guest, newId, type ProtocolClient, rest } from './client.ts'
import { desk, frameOf } from './desk.ts'

const at = desk()

test('a user opens a second account, trades in it separately, and lists both', async () => {
  const { client, server, on } = at
  const create = { name: 'Swing', startingCash: '5000.00', mode: 'margin', requestId: newId() }
  const second = await client.good('accounts.create', create)
  expect(second).toMatchObject({ name: 'Swing', cash: '5000.00', mode: 'margin', resets: 0 })
  expect(await client.ask('accounts.create', create)).toMatchObject({ duplicate: true, data: { id: second.id } })
  const there = await connect(server.url, { cookie: client.cookie ?? '', auth: { accountId: second.id } })
  await there.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  expect((await client.account()).positions).toEqual([])
  const listed = await client.good('accounts')
  expect(listed.map(({ id }) => id)).toEqual([(await client.money()).id, second.id])
})

test('the ids of a user’s accounts sort by creation', async () => {
  const ids = [(await at.client.money()).id]
  for (let i = 0; i < 5; i++) ids.push((await at.client.good('accounts.create', { name: 'One', startingCash: '1' })).id)
  expect([...ids].sort()).toEqual(ids)
})

test('a user may have ten accounts, also when more are opened at once', async () => {
  const open = () => at.client.ask('accounts.create', { name: 'One', startingCash: '1' })
  const answers = await Promise.all(Array.from({ length: 12 }, open))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(9)
  expect(await at.client.good('accounts')).toHaveLength(10)
  expect(answers.find(({ ok }) => !ok)).toMatchObject({
    error: { code: 'INVALID', message: 'The payload: expected at most 10 accounts of one user, found one more.' },
  })
})

test('deposits and withdrawals each make a ledger entry', async () => {
  const { client } = at
  const deposit = await client.good('account.deposit', { amount: '250.50' })
  expect(deposit).toMatchObject({ account: { cash: '100250.50' }, entry: { kind: 'deposit', amount: '250.50' } })
  expect(await frameOf(client, deposit.seq)).toMatchObject({ cause: 'deposit', balance: { cash: '100250.50' } })
  const out = await client.good('account.withdraw', { amount: '100250.50' })
  expect(out.entry).toMatchObject({ kind: 'withdraw', amount: '-100250.50', balanceAfter: '0.00' })
  const error = await client.refused('account.withdraw', { amount: '0.01' }, 'INSUFFICIENT_FUNDS')
  expect(error.details).toEqual({ required: '0.01', available: '0.00' })
  await client.refused('account.deposit', { amount: '0' }, 'INVALID')
  expect((await client.good('ledger')).items.map(({ kind }) => kind)).toEqual(['withdraw', 'deposit', 'deposit'])
})

test('a reset starts over; earlier keys, orders and fills stay', async () => {
  const { client, on } = at
  const bought = await client.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  const open = { symbol: on.symbol, side: 'buy', type: 'limit', qty: on.qty(), limitPrice: on.below(2) }
  const { orderId } = await client.place(open)
  const reset = await client.good('account.reset', { startingCash: '777.00' })
  expect(reset).toMatchObject({ cash: '777.00', held: '0.00', equity: '777.00', resets: 1, feesPaid: '0.00' })
  const frame = await frameOf(client, reset.seq)
  expect(frame).toMatchObject({ cause: 'reset', orders: [{ orderId, status: 'canceled', reason: 'reset' }] })
  expect(frame.positions).toMatchObject([{ qty: '0' }])
  expect(await client.account()).toMatchObject({ positions: [], openOrders: [] })
  expect((await client.good('fills')).items.map(({ orderId: of }) => of)).toContain(bought.orderId)
  expect((await client.good('ledger')).items.map(({ kind }) => kind)).toContain('reset')
})

test('a name must be visible and must not change the direction of the text around it', async () => {
  const { client } = at
  for (const name of ['\u200b', '\u2060 \ufeff', '\u202eknab', 'a\u2066b', ' ']) {
    expect(await client.refused('account.update', { name }, 'INVALID')).toMatchObject({ field: 'name' })
  }
  for (const name of ['Élan 👩‍🚀', 'می‌خواهم', '中文']) {
    expect(await client.good('account.update', { name })).toMatchObject({ name })
  }
})

test('name and mode are changed, and a frame reports it', async () => {
  const { client } = at
  const changed = await client.good('account.update', { name: 'Mine', mode: 'margin' })
  expect(changed).toMatchObject({ name: 'Mine', mode: 'margin', marginState: 'ok' })
  expect((await frameOf(client, changed.seq)).balance).toMatchObject({ name: 'Mine', mode: 'margin' })
  expect(await client.good('account.update', { mode: 'cash' })).toMatchObject({ mode: 'cash' })
  const seqs = client.of<AccountFrame>('account').map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i))
})

test('a change of name and mode is made whole or not at all', async () => {
  const { client, on } = at
  const { name } = await client.good('account.update', { mode: 'margin' })
  await client.place({ symbol: on.symbol, side: 'sell', type: 'market', qty: on.qty() })
  await client.refused('account.update', { name: 'Mine', mode: 'cash' }, 'INSUFFICIENT_MARGIN')
  expect(await client.money()).toMatchObject({ name, mode: 'margin' })
})

test('the equity curve begins with the account, and starts over with a reset', async () => {
  const { client } = at
  await expect.poll(async () => (await client.good('equity')).at(-1)?.[1]).toBe('100000.00')
  await client.good('account.reset', { startingCash: '10.00' })
  await expect.poll(async () => (await client.good('equity')).at(-1)?.[1]).toBe('10.00')
})

test('a guest who signs in as a user with an account drops an unused guest account and keeps a used one', async () => {
  const person = { email: 'ada@example.com', password: 'long enough', name: 'Ada' }
  const first = await guest(at.server.url)
  const { id } = await first.money()
  const signUp = await rest(at.server.url, '/api/auth/sign-up/email', {
    cookie: first.cookie,
    method: 'POST',
    body: person,
  })
  expect(signUp.status).toBe(200)
  const ada = await connect(at.server.url, { cookie: cookieOf(signUp) })
  const idsOf = async (client: ProtocolClient) => (await client.good('accounts')).map((one) => one.id)
  expect(await idsOf(ada)).toEqual([id])

  const signIn = async (cookie: string | undefined) =>
    rest(at.server.url, '/api/auth/sign-in/email', { cookie, method: 'POST', body: person })
  const idle = await guest(at.server.url)
  expect((await signIn(idle.cookie)).status).toBe(200)
  await expect.poll(() => idle.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  expect(await idsOf(ada)).toEqual([id])

  const renamed = await guest(at.server.url)
  const { id: renamedId } = await renamed.good('account.update', { name: 'Swing' })
  expect((await signIn(renamed.cookie)).status).toBe(200)
  expect(await idsOf(ada)).toEqual([id, renamedId])
})
