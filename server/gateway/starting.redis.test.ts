import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startRedis } from '../../test/rig/redis.ts'
import { RedisLinks } from '../bus/redis/redis-links.ts'
import { GatewayRig } from './gateway.fixture.ts'

test('with others there, an instance that starts hangs up on sockets, and one that leaves does not', async () => {
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
  // The load balancer may still send somebody here in the time that it has for its notice.
  isReady = false
  expect(await (await rig.connect()).ask('time', {})).toMatchObject({ ok: true })
})

test('an instance alone serves sockets from its start: there is no other to go to', async () => {
  await using rig = await GatewayRig.open({}, 0, undefined, { ready: () => false })
  expect(await (await rig.connect()).ask('time', {})).toMatchObject({ ok: true })
})
