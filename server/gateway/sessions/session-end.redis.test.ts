import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { startRedis } from '../../../test/rig/redis.ts'
import { RedisLinks } from '../../bus/redis/redis-links.ts'
import { ExchangeStandIn } from '../exchange-stand-in.fixture.ts'
import { GatewayRig, noUsers } from '../gateway.fixture.ts'

test('a session that is signed out at one instance ends at all of them, and no other does', async () => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.use(await startRedis())
  const shared = { exchange: new ExchangeStandIn(), users: noUsers() }
  const open = async (instanceId: string) => {
    const log = pino({ level: 'silent' })
    const signal = AbortSignal.timeout(10_000)
    const links = parts.use(await RedisLinks.open({ url: redis.url, log, signal }))
    const rig = parts.use(await GatewayRig.open({}, 0, undefined, { ...shared, instanceId, adapter: links.adapter() }))
    await links.subscriber.settled()
    return rig
  }
  const [here, there] = [await open('gw-here'), await open('gw-there')]
  const [cookie, otherCookie] = [await here.guest(), await here.guest()]
  const [mine, other] = [await there.connect({ cookie }), await there.connect({ cookie: otherCookie })]
  expect((await here.post('/api/auth/sign-out', {}, { cookie })).status).toBe(200)
  await vi.waitFor(() => expect(mine.socket.connected).toBe(false))
  expect(mine.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  expect(await other.ask('account', {})).toMatchObject({ ok: true })
  expect(other.of('goodbye')).toEqual([])
})
