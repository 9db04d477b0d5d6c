import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startRedis } from '../../test/rig/redis.ts'
import { RedisLinks } from '../bus/redis/redis-links.ts'
import { GatewayRig } from './gateway.fixture.ts'

test('with other instances, one that is starting drops sockets, and one that is leaving does not', async () => {
  await using parts = new AsyncDisposableStack()
  const redis = parts.use(await startRedis())
  const log = pino({ level: 'silent' })
  const signal = AbortSignal.timeout(10_000)
  const links = parts.use(await RedisLinks.open({ url: redis.url, log, signal }))
  let isReady = false
  const among = { adapter: links.adapter(), ready: () => isReady }
  const rig = parts.use(await GatewayRig.open({}, 0, undefined, among))
  await expect(rig.connect()).rejects.toThrow()
  isReady = true
  expect(await (await rig.connect()).ask('time', {})).toMatchObject({ ok: true })
  // A load balancer may still send clients here until it notices that /readyz fails.
  isReady = false
  expect(await (await rig.connect()).ask('time', {})).toMatchObject({ ok: true })
})

test('a single instance serves sockets from its start, since there is no other', async () => {
  await using rig = await GatewayRig.open({}, 0, undefined, { ready: () => false })
  expect(await (await rig.connect()).ask('time', {})).toMatchObject({ ok: true })
})
