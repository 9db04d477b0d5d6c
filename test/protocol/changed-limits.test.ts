import { EVENTS } from '@valiant/shared/protocol/events'
import { REQUESTS } from '@valiant/shared/protocol/requests'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../rig/server.ts'
import { closeAll, connect, guest, guestCookie, newId, type ProtocolClient, rest } from './client.ts'

let server: TestServer
let client: ProtocolClient
beforeAll(async () => {
  server = await startServer({
    ...{ LIMIT_FRAME_KIB: '20', LIMIT_PAYLOAD_DEPTH: '10', LIMIT_SYMBOLS: '2', LIMIT_REFUSALS_PER_10_SECONDS: '100' },
    LIMIT_REQUESTS_PER_SECOND: '1',
  })
  client = await guest(server.url)
})
afterEach(closeAll)
afterAll(() => server[Symbol.asyncDispose]())

const FRAME_BYTES = 20 * 1_024

test('changed limits are in the welcome', async () => {
  client = await connect(server.url)
  await expect.poll(() => client.of('welcome')).toHaveLength(1)
  const { limits } = EVENTS.welcome.parse(client.of('welcome')[0])
  expect(limits).toMatchObject({ frameBytes: FRAME_BYTES, depth: 10, symbols: 2, refusalsPer10Seconds: 100 })
})

test('a frame or body may have the changed size, and no more', async () => {
  const cookie = await guestCookie(server.url)
  client = await connect(server.url, { cookie })
  const order = { clientOrderId: newId(), symbol: 'NOPE', side: 'buy', type: 'market', qty: '1' }
  const short = { ...order, tag: 'x'.repeat(18_000) }
  const long = { ...order, tag: 'x'.repeat(FRAME_BYTES) }
  const { field } = await client.refused('order.place', short, 'INVALID')
  expect(field).toBe('tag')
  const { message } = await client.refused('order.place', long, 'PAYLOAD_TOO_LARGE')
  expect(message).toMatch(/^Expected a frame of at most 20480 bytes, /)
  const statusOf = async (body: object) =>
    (await rest(server.url, '/api/orders', { method: 'POST', cookie, body })).status
  expect([await statusOf(short), await statusOf(long)]).toEqual([400, 413])
})

test('a payload may have the changed depth, and no more', async () => {
  client = await guest(server.url)
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
  const deep = await client.refused('order.place', { symbol: nested(10) }, 'INVALID')
  expect(deep.message).toContain('at most 10 levels')
  const { field } = await client.refused('order.place', { clientOrderId: nested(9) }, 'INVALID')
  expect(field).toBe('clientOrderId')
})

test('a request may name the changed number of symbols, and no more', async () => {
  const symbols = ['VLNT', 'EUR-USD']
  client = await guest(server.url)
  expect(await client.good('subscribe', { channel: 'trades', symbols })).toHaveLength(2)
  client = await guest(server.url)
  const more = { channel: 'trades', symbols: [...symbols, 'VLNT'] }
  const { field, details, message } = await client.refused('subscribe', more, 'INVALID')
  expect([field, details, message]).toEqual([
    'symbols',
    { rule: 'max', expected: 'at most 2 elements' },
    'symbols: expected at most 2 elements, found a list of 3.',
  ])
  const timer = { timeoutMs: 60_000, symbols: more.symbols }
  expect((await client.refused('cancelAfter', timer, 'INVALID')).field).toBe('symbols')
  expect(REQUESTS.subscribe.payload.safeParse(more).success).toBe(true)
})

test('a socket that keeps at it is closed after the changed number of refusals', async () => {
  client = await connect(server.url)
  for (let count = 0; count < 110; count++) client.socket.emit('time', {}, () => undefined)
  await expect
    .poll(() => client.of('goodbye')[0])
    .toMatchObject({
      code: 'RATE_LIMITED',
      message: 'More than 100 refusals in 10 s.',
    })
})
