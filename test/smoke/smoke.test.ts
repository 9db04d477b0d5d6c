import type { AccountFrame } from '@valiant/shared/protocol/account'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { closeAll, connect, guest, market, newId, rest } from '../protocol/client.ts'
import { ALL_INSTRUMENTS, startServer, type TestServer } from '../rig/server.ts'

/**
 * What a deployment is held to before people are sent to it: `VALIANT_ADDRESS=https://… npm run smoke`. It leaves guests
 * behind, one with a small position. Without an address, as in `npm test`, it starts its own server.
 */

let url = (process.env['VALIANT_ADDRESS'] ?? '').replace(/\/$/, '')
let own: TestServer | undefined
beforeAll(async () => {
  if (url !== '') return
  own = await startServer({ INSTRUMENTS_FILE: ALL_INSTRUMENTS })
  url = own.url
})
afterEach(closeAll)
afterAll(() => own?.[Symbol.asyncDispose]())

test('it lives, takes traffic, and serves the page and the API', async () => {
  expect((await rest(url, '/healthz')).status).toBe(200)
  expect((await rest(url, '/readyz')).status).toBe(200)
  const page = await rest(url, '/')
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(await page.text()).toContain('Valiant')
  expect((await rest(url, '/api/instruments')).status).toBe(200)
})

test('quotes reach a socket without an account', async () => {
  const client = await connect(url)
  await client.good('subscribe', { channel: 'quotes' })
  await expect.poll(() => client.of('quotes').length).toBeGreaterThanOrEqual(3)
})

test('a guest buys; ack, frame and account agree, and the same id again is the same order', async () => {
  const client = await guest(url)
  const { symbol, qty } = await market(client)
  const order = { clientOrderId: newId(), symbol, side: 'buy', type: 'market', qty: qty() }
  const bought = await client.place(order)
  expect(bought).toMatchObject({ status: 'filled', symbol })
  expect(await client.ask('order.place', order)).toMatchObject({ duplicate: true, data: { orderId: bought.orderId } })
  await expect.poll(() => client.of<AccountFrame>('account').map(({ seq }) => seq)).toContain(bought.seq)
  expect((await client.account()).positions).toMatchObject([{ symbol, qty: qty() }])
})

test('an order rests, and holds nothing once it is canceled', async () => {
  const client = await guest(url)
  const { symbol, qty, below } = await market(client)
  const { orderId } = await client.place({ symbol, side: 'buy', type: 'limit', qty: qty(), limitPrice: below(5) })
  expect((await client.account()).openOrders).toMatchObject([{ orderId }])
  await client.good('order.cancel', { orderId })
  expect(await client.account()).toMatchObject({ openOrders: [], account: { held: '0.00' } })
})
