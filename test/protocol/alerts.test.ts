import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Alert, AlertFrame } from '@valiant/shared/protocol/alerts'
import { MadeApiKey } from '@valiant/shared/protocol/api-keys'
import { EVENTS } from '@valiant/shared/protocol/events'
import { parseId } from '@valiant/shared/units/id'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../rig/postgres.ts'
import { fewInstruments, startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, guest, market, newId, type ProtocolClient, rest, type TestMarket } from './client.ts'

const ALERTS_MAX = 4

let [database, server, client, on, folder]: [FreshDatabase?, TestServer?, ProtocolClient?, TestMarket?, string?] = []
beforeAll(async () => {
  database = await freshDatabase()
  folder = await mkdtemp(join(tmpdir(), 'valiant-alerts-'))
  const INSTRUMENTS_FILE = await fewInstruments(['VLNT'], folder)
  server = await startServer({ DATABASE_URL: database.url, INSTRUMENTS_FILE, LIMIT_ALERTS: String(ALERTS_MAX) })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  client = await guest(server!.url)
  on = await market(client)
})
afterEach(closeAll)

/** Far from any price soon to be reached. */
const far = () => ({ symbol: on!.symbol, op: 'above', price: on!.above(100) }) as const
/** Fires at the next trade. */
const near = () => ({ symbol: on!.symbol, op: 'above', price: on!.price(1) }) as const
const create = (alert: object, by = client!): Promise<Alert> => by.good('alert.create', alert)
const alertsOf = (by: ProtocolClient) => by.of<AlertFrame>('alert')
const again = () => connect(server!.url, { cookie: client!.cookie! })
/** Trades, so that the test need not wait for the market. */
const trade = (by = client!) => by.place({ symbol: on!.symbol, side: 'buy', type: 'market', qty: on!.qty() })

async function sql<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
  const connection = new pg.Client({ connectionString: database!.url })
  await connection.connect()
  try {
    return (await connection.query<Row & pg.QueryResultRow>(text, [...values])).rows
  } finally {
    await connection.end()
  }
}

test('alerts are created, listed newest first, and deleted', async () => {
  const first = await create({ ...far(), note: 'Sell some' })
  expect(first).toMatchObject({ ...far(), note: 'Sell some', createdAt: expect.any(Number) as number })
  expect(first).not.toHaveProperty('firedAt')
  const second = await create({ ...far(), op: 'below', price: on!.price(1) })
  expect(second.alertId > first.alertId).toBe(true)
  expect(await client!.good('alert.list')).toEqual([second, first])
  expect(await client!.good('alert.delete', { alertId: first.alertId })).toEqual({ alertId: first.alertId })
  expect(await client!.good('alert.list')).toEqual([second])
  await client!.refused('alert.delete', { alertId: first.alertId }, 'NOT_FOUND')
  await client!.refused('alert.delete', { alertId: 'nonsense' }, 'NOT_FOUND')
  const stranger = await guest(server!.url)
  await stranger.refused('alert.delete', { alertId: second.alertId }, 'NOT_FOUND')
  expect(await stranger.good('alert.list')).toEqual([])
})

test('the same request id gives the first answer; with different content it is refused', async () => {
  const request = { ...far(), requestId: newId() }
  const alert = await create(request)
  expect(await client!.ask('alert.create', request)).toEqual({ ok: true, data: alert, duplicate: true })
  await client!.refused('alert.create', { ...request, op: 'below' }, 'DUPLICATE_CLIENT_ORDER_ID')
  // A known id is looked at before the fields.
  await client!.refused('alert.create', { ...request, op: 7 }, 'DUPLICATE_CLIENT_ORDER_ID')
  await client!.refused('alert.create', { ...request, symbol: 'NONE' }, 'DUPLICATE_CLIENT_ORDER_ID')
  await client!.refused('alert.create', { ...request, op: 7, requestId: newId() }, 'INVALID')
  const deletion = { alertId: alert.alertId, requestId: newId() }
  expect(await client!.ask('alert.delete', deletion)).toEqual({ ok: true, data: { alertId: alert.alertId } })
  expect(await client!.ask('alert.delete', deletion)).toMatchObject({ ok: true, duplicate: true })
  await client!.refused('alert.delete', { ...deletion, requestId: request.requestId }, 'DUPLICATE_CLIENT_ORDER_ID')
  await client!.refused('alert.delete', { ...deletion, alertId: 'nonsense' }, 'DUPLICATE_CLIENT_ORDER_ID')
  await client!.refused('alert.delete', { ...deletion, alertId: 7 }, 'DUPLICATE_CLIENT_ORDER_ID')
  expect(await client!.ask('alert.create', request)).toEqual({ ok: true, data: alert, duplicate: true })
  expect(await client!.good('alert.list')).toEqual([])
})

test('an invalid alert is refused with the field and the rule', async () => {
  const wrong = (more: object) => client!.refused('alert.create', { ...far(), ...more }, 'INVALID')
  expect(await wrong({ symbol: 'NONE' })).toMatchObject({ field: 'symbol', details: { rule: 'unknown' } })
  const nearest = on!.price(100)
  const off = await wrong({ price: `${nearest}${nearest.includes('.') ? '' : '.'}001` })
  expect(off).toMatchObject({ field: 'price', details: { rule: 'tick', nearest } })
  expect(await wrong({ price: '0' })).toMatchObject({ field: 'price', details: { rule: 'min' } })
  expect(await wrong({ op: 'at' })).toMatchObject({ field: 'op' })
  expect(await wrong({ note: 'x'.repeat(121) })).toMatchObject({ field: 'note', details: { rule: 'max' } })
  expect(await wrong({ note: 'a\u0000b' })).toMatchObject({ field: 'note', details: { rule: 'format' } })
})

test('at most as many may wait as the welcome says', async () => {
  const [welcome] = client!.of<{ limits: Record<string, number> }>('welcome')
  expect(welcome?.limits).toMatchObject({ alerts: ALERTS_MAX, alertNoteLength: 120 })
  const alerts = []
  for (let i = 0; i < ALERTS_MAX; i++) alerts.push(await create(far()))
  expect(await client!.refused('alert.create', far(), 'INVALID')).toMatchObject({ field: '', details: { rule: 'max' } })
  await client!.good('alert.delete', { alertId: alerts[0]!.alertId })
  await create(far())
})

test('a read-only key can list them, but not create or delete any; a public socket has none', async () => {
  const { alertId } = await create(far())
  const options = { method: 'POST', body: { name: 'bot', scopes: ['read'] }, cookie: client!.cookie }
  const made = (await (await rest(server!.url, '/api/keys', options)).json()) as { data: unknown }
  const reader = await connect(server!.url, { auth: { apiKey: MadeApiKey.parse(made.data).key } })
  expect(await reader.good('alert.list')).toMatchObject([{ alertId }])
  await reader.refused('alert.create', far(), 'FORBIDDEN')
  await reader.refused('alert.delete', { alertId }, 'FORBIDDEN')
  const nobody = await connect(server!.url)
  await nobody.refused('alert.list', {}, 'UNAUTHENTICATED')
})

test('an alert that fires is sent once to every socket of the account, and to nobody else', async () => {
  const [other, stranger] = [await again(), await guest(server!.url)]
  const alert = await create({ ...near(), note: 'Now' })
  await trade()
  await expect.poll(() => [alertsOf(client!), alertsOf(other)].map(({ length }) => length)).toEqual([1, 1])
  const [frame] = alertsOf(client!).map((one) => EVENTS.alert.parse(one))
  expect(frame).toMatchObject(alert)
  expect(alertsOf(other)).toEqual([frame])
  const { epoch, ...fired } = frame!
  expect(epoch).toBeGreaterThan(0)
  expect(await client!.good('alert.list')).toEqual([fired])
  // A repeated frame would arrive before that of the second alert.
  const second = await create(near())
  await trade()
  await expect.poll(() => alertsOf(other).length).toBe(2)
  expect(alertsOf(client!).map(({ alertId }) => alertId)).toEqual([alert.alertId, second.alertId])
  expect(alertsOf(stranger)).toEqual([])
})

test('an alert that fires while no socket is open is sent to the next one, and to none after it', async () => {
  const { account } = parseId((await client!.money()).id)!
  const trader = await guest(server!.url)
  client!.socket.disconnect()
  // As another gateway would, without connected clients.
  const [row] = await sql<{ alert_id: string }>(
    `INSERT INTO price_alert (account_id, symbol, op, price_ticks, created_at_ms)
     VALUES ($1, $2, 'above', 1, $3) RETURNING alert_id`,
    [account, on!.symbol, Date.now()],
  )
  const stored = async () =>
    (await sql<{ fired_at_ms: string; told_at_ms: string }>('SELECT * FROM price_alert WHERE alert_id = $1', [row?.alert_id]))[0]! // prettier-ignore
  await trade(trader)
  await expect.poll(async () => (await stored()).fired_at_ms).not.toBeNull()
  expect((await stored()).told_at_ms).toBeNull()
  const next = await again()
  await expect.poll(() => alertsOf(next)).toHaveLength(1)
  expect(alertsOf(next)).toMatchObject([{ symbol: on!.symbol, firedAt: Number((await stored()).fired_at_ms) }])
  await expect.poll(async () => (await stored()).told_at_ms).not.toBeNull()
  const last = await again()
  const { alertId } = await create(near(), last)
  await trade(trader)
  await expect.poll(() => alertsOf(last)).toHaveLength(1)
  expect(alertsOf(last)).toMatchObject([{ alertId }])
})
