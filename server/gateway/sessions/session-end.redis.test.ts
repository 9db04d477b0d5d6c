import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis, type TestRedis } from '../../../test/rig/redis.ts'
import { RedisLinks } from '../../bus/redis/redis-links.ts'
import { ExchangeStandIn } from '../exchange-stand-in.fixture.ts'
import { type Client, cookieOf, GatewayRig, noUsers } from '../gateway.fixture.ts'

const parts = new AsyncDisposableStack()
let [here, there]: GatewayRig[] = []
let redis: TestRedis

beforeAll(async () => {
  redis = parts.use(await startRedis())
  const shared = { exchange: new ExchangeStandIn(), users: noUsers() }
  const open = async (instanceId: string) => {
    const log = pino({ level: 'silent' })
    const signal = AbortSignal.timeout(10_000)
    const links = parts.use(await RedisLinks.open({ url: redis.url, log, signal }))
    const rig = parts.use(await GatewayRig.open({}, 0, undefined, { ...shared, instanceId, adapter: links.adapter() }))
    await links.subscriber.settled()
    return rig
  }
  ;[here, there] = [await open('gw-here'), await open('gw-there')]
})
afterAll(() => parts.disposeAsync())

async function toldGoodbye(client: Client): Promise<void> {
  await expect.poll(() => client.socket.connected).toBe(false)
  expect(client.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
}

async function stays(client: Client): Promise<void> {
  expect(await client.ask('account', {})).toMatchObject({ ok: true })
  expect(client.of('goodbye')).toEqual([])
}

/** A user signed in with three browsers, each with a socket on the other instance. */
async function everywhere(email: string) {
  const person = { email, password: 'long enough', name: 'Ada' }
  const cookies = [cookieOf(await here!.post('/api/auth/sign-up/email', person))]
  for (let more = 0; more < 2; more++) cookies.push(cookieOf(await here!.post('/api/auth/sign-in/email', person)))
  const [mine, ...others] = await Promise.all(cookies.map((cookie) => there!.connect({ cookie })))
  const ask = (path: string, body: object) => here!.post(`/api/auth${path}`, body, { cookie: cookies[0]! })
  return { person, cookies, mine: mine!, others, ask }
}

test('a session that is signed out on one instance ends on all of them, and no other does', async () => {
  const [cookie, otherCookie] = [await here!.guest(), await here!.guest()]
  const [mine, other] = [await there!.connect({ cookie }), await there!.connect({ cookie: otherCookie })]
  expect((await here!.post('/api/auth/sign-out', {}, { cookie })).status).toBe(200)
  await toldGoodbye(mine)
  await stays(other)
})

test('a session that is signed out from another browser ends likewise', async () => {
  const { cookies, mine, others, ask } = await everywhere('revoked@example.com')
  const [token] = decodeURIComponent(cookies[1]!.split('=')[1]!).split('.')
  expect((await ask('/revoke-session', { token })).status).toBe(200)
  await toldGoodbye(others[0]!)
  for (const client of [mine, others[1]!]) await stays(client)
})

test('signing out everywhere else keeps the current session', async () => {
  const { mine, others, ask } = await everywhere('elsewhere@example.com')
  expect((await ask('/revoke-other-sessions', {})).status).toBe(200)
  for (const client of others) await toldGoodbye(client)
  await stays(mine)
})

test('a new password ends every socket, and the browser that set it reconnects with its new session', async () => {
  const { person, mine, others, ask } = await everywhere('changed@example.com')
  const body = { currentPassword: person.password, newPassword: 'quite as long', revokeOtherSessions: true }
  const changed = await ask('/change-password', body)
  expect(changed.status).toBe(200)
  for (const client of [mine, ...others]) await toldGoodbye(client)
  await stays(await there!.connect({ cookie: cookieOf(changed) }))
})

test('while Redis is away, a session ends on the instance where it is signed out', async () => {
  const cookie = await here!.guest()
  const mine = await here!.connect({ cookie })
  await redis.kill()
  expect((await here!.post('/api/auth/sign-out', {}, { cookie })).status).toBe(200)
  await toldGoodbye(mine)
})
