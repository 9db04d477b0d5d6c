import type { Answer } from '@valiant/shared/protocol/events'
import { ANSWER_MS_MAX } from '@valiant/shared/protocol/limits'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../rig/fault-proxy.ts'
import { freshDatabase, type FreshDatabase } from '../rig/postgres.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, guest, market, newId, type ProtocolClient, rest, type TestMarket } from './client.ts'

afterEach(closeAll)

/** A server whose connection to its database can be cut. */
async function open(): Promise<AsyncDisposable & { server: TestServer; proxy: FaultProxy; database: FreshDatabase }> {
  await using parts = new AsyncDisposableStack()
  const database = parts.use(await freshDatabase())
  const url = new URL(database.url)
  const proxy = parts.use(await openFaultProxy({ host: url.hostname, port: Number(url.port) }))
  url.port = String(proxy.port)
  const server = parts.use(
    await startServer({ DATABASE_URL: url.href, LIMIT_ORDERS_PER_SECOND: '10000', LIMIT_ORDERS_BURST: '10000' }),
  )
  const all = parts.move()
  return { server, proxy, database, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

interface Sent {
  readonly order: { readonly clientOrderId: string }
  readonly answer: Promise<Answer>
  readonly sentAtMs: number
  tookMs: number
}

function send(client: ProtocolClient, { symbol, qty, below }: TestMarket, i: number): Sent {
  const order = { clientOrderId: newId(), symbol, side: 'buy', qty: qty() }
  const whole = i % 2 === 0 ? { ...order, type: 'market' } : { ...order, type: 'limit', limitPrice: below(2) }
  const sent: Sent = { order: whole, answer: client.ask('order.place', whole), sentAtMs: Date.now(), tookMs: 0 }
  sent.answer.then(
    () => (sent.tookMs = Date.now() - sent.sentAtMs),
    () => undefined,
  )
  return sent
}

const beatsOf = (client: ProtocolClient) => client.of('heartbeat').length
const marketOf = (client: ProtocolClient) => client.of<{ market: string }>('status').at(-1)?.market

for (const how of ['cut', 'freeze'] as const) {
  test(
    `with the database away (${how}) an order is UNAVAILABLE, TIMEOUT or ok, and none is lost, duplicated or contradicted`,
    { timeout: 120_000 },
    async () => {
      await using rig = await open()
      const { server, proxy, database } = rig
      const client = await guest(server.url)
      const on = await market(client)
      await client.good('subscribe', { channel: 'quotes' })
      const sent: Sent[] = []
      let i = 0
      using flow = setInterval(() => sent.push(send(client, on, i++)), 20)
      await expect.poll(() => sent.length).toBeGreaterThan(20)
      proxy[how]()
      const beats = beatsOf(client)
      await expect.poll(() => marketOf(client)).toBe('degraded')

      const stored: Answer[] = []
      // Refused for certain, without waiting for the database.
      const refused = send(client, on, 0)
      expect(await refused.answer).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', outcome: 'not_executed' } })
      expect(refused.tookMs).toBeLessThan(ANSWER_MS_MAX / 2)
      // What is in memory is still served, and no request takes more than 5 s.
      const instruments = await rest(server.url, '/api/instruments', { cookie: client.cookie })
      expect(instruments.status).toBe(200)
      const beganMs = Date.now()
      for (const event of ['orders', 'fills', 'ledger', 'equity', 'preferences.get', 'alert.list'] as const) {
        void client.ask(event, {}).then((answer) => stored.push(answer))
      }
      const orders = await rest(server.url, '/api/orders', { cookie: client.cookie })
      expect([503, 504]).toContain(orders.status)
      await expect.poll(() => server.log()).toContain(`"res":{"statusCode":${orders.status}}`)
      expect(server.log(), 'a stack of the logging itself').not.toContain('pino-http')
      await expect.poll(() => stored).toHaveLength(6)
      expect(Date.now() - beganMs).toBeLessThan(ANSWER_MS_MAX)
      for (const answer of stored) {
        expect(['UNAVAILABLE', 'TIMEOUT']).toContain(answer.ok ? 'ok' : answer.error.code)
      }
      if (how === 'cut') {
        const session = await rest(server.url, '/api/account', { cookie: client.cookie })
        expect([session.status, await session.json()]).toMatchObject([
          503,
          { ok: false, error: { code: 'UNAVAILABLE' } },
        ])
        for (const path of ['/sign-in/anonymous', '/sign-in/email']) {
          const body = path.endsWith('email') ? { email: 'a@example.com', password: 'long enough' } : {}
          const signIn = await rest(server.url, `/api/auth${path}`, { method: 'POST', body })
          expect([signIn.status, await signIn.json()]).toMatchObject([
            503,
            { ok: false, error: { code: 'UNAVAILABLE' } },
          ])
        }
      }
      await expect.poll(() => beatsOf(client)).toBeGreaterThan(beats + 3)

      // Prices continue, marked as indicative.
      const indicative = () => client.of<{ indicative?: true }>('quotes').filter((frame) => frame.indicative === true)
      await expect.poll(() => indicative().length).toBeGreaterThan(5)

      proxy.mend()
      const quotes = client.of('quotes').length
      await expect.poll(() => client.of('quotes').length).toBeGreaterThan(quotes + 5)
      await expect.poll(() => marketOf(client)).toBe('open')
      const settledFrom = sent.length
      await expect.poll(() => sent.length).toBeGreaterThan(settledFrom + 20)
      clearInterval(flow)
      const answers = await Promise.all(sent.map(({ answer }) => answer))
      const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.error.code))
      expect(codes.filter((code) => !['ok', 'UNAVAILABLE', 'TIMEOUT'].includes(code))).toEqual([])
      expect(codes.slice(settledFrom + 1).filter((code) => code !== 'ok')).toEqual([])

      // Repeating an ok order gives the same; UNAVAILABLE was never executed; TIMEOUT may be either; nothing exists twice.
      const { ids, unbalanced } = await inDatabase(database.url)
      expect(unbalanced).toEqual([])
      expect(new Set(ids).size).toBe(ids.length)
      for (const [index, { order }] of sent.entries()) {
        if (codes[index] === 'UNAVAILABLE') expect(ids).not.toContain(order.clientOrderId)
        if (codes[index] !== 'ok') continue
        expect(ids).toContain(order.clientOrderId)
        const again = await client.ask('order.place', order)
        expect(again).toMatchObject({ ok: true, duplicate: true })
        expect(orderIdOf(again)).toBe(orderIdOf(answers[index]))
      }
      expect(server.process.exitCode).toBeNull()
      expect(server.log()).not.toMatch(/unhandled/i)
      // Account frames are complete and in sequence, even over the outage.
      const seqs = client.of<{ seq: number }>('account').map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.map((_, k) => (seqs[0] ?? 0) + k))
    },
  )
}

const orderIdOf = (answer: Answer | undefined) =>
  answer?.ok === true ? (answer.data as PlacedOrder).orderId : undefined

async function inDatabase(url: string): Promise<{ ids: string[]; unbalanced: unknown[] }> {
  const database = new pg.Client({ connectionString: url })
  await database.connect()
  try {
    const orders = await database.query<{ id: string }>('SELECT client_order_id AS id FROM orders')
    const balances = await database.query('SELECT asset FROM balance GROUP BY asset HAVING sum(amount) <> 0')
    return { ids: orders.rows.map(({ id }) => id), unbalanced: balances.rows }
  } finally {
    await database.end()
  }
}
