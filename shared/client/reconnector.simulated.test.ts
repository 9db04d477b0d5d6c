import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Simulated } from './simulated.fixture.ts'

let rig: Simulated

beforeEach(() => {
  rig = new Simulated({}, () => 0.5)
  rig.welcome()
})
afterEach(() => rig.client.close())

/** Fails that many attempts in a row, each when its time has come. */
const fail = async (times: number) => {
  for (let count = 0; count < times; count++) {
    rig.transport.end()
    await rig.clock.pass(5_000)
  }
}

describe('a connection opened anew', () => {
  it('replaces the one in use, and its pending requests are not sent again', async () => {
    const asked = rig.client.ask('order.cancel', { orderId: 'o1' })
    rig.client.reconnect()
    await expect(asked).rejects.toThrow()
    expect(rig.transports.map(({ isClosed }) => isClosed)).toEqual([true, false])
    rig.welcome()
    expect(rig.transport.of('order.cancel')).toHaveLength(0)
  })

  it('replaces one that an instance about to shut down has made necessary, too', async () => {
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.pass(0)
    rig.client.reconnect()
    await rig.pass(5_000)
    expect(rig.transports.map(({ isClosed }) => isClosed)).toEqual([true, true, false])
  })
})

describe('trying at once', () => {
  it('does not touch a connection that is in use', async () => {
    rig.client.retryNow()
    await rig.pass(1_000)
    expect(rig.transports).toHaveLength(1)
    expect(rig.client.isLive).toBe(true)
  })

  it('opens one without waiting, and the next pauses are short again', async () => {
    await fail(8)
    rig.transport.end()
    const tried = rig.transports.length
    rig.client.retryNow()
    expect(rig.transports).toHaveLength(tried + 1)
    rig.transport.end()
    // The first pause is from 0.2 to 0.4 s.
    await rig.clock.pass(300)
    expect(rig.transports).toHaveLength(tried + 2)
  })
})

it('a connection that was welcomed starts the pauses over', async () => {
  await fail(8)
  rig.welcome()
  rig.transport.end()
  const tried = rig.transports.length
  await rig.clock.pass(300)
  expect(rig.transports).toHaveLength(tried + 1)
})

describe('the latency', () => {
  const answerTime = (transport = rig.transport) =>
    transport.answer('time', { ok: true, data: { time: rig.clock.now() } })

  it('of the connection in use is reported', async () => {
    await rig.clock.pass(500)
    await rig.clock.pass(40)
    answerTime()
    expect(rig.client.connection).toMatchObject({ phase: 'live', latencyMs: 40 })
  })

  it('of one that was replaced is not', async () => {
    await rig.clock.pass(500)
    rig.transportAt(0).tell('server.closing', { afterMs: 0, reason: 'deploy' })
    await rig.clock.pass(0)
    rig.welcome(rig.transportAt(1))
    await rig.clock.pass(40)
    answerTime(rig.transportAt(0))
    expect(rig.client.connection).toEqual({ phase: 'live', instanceId: 'i-1' })
  })

  it('of one that was lost meanwhile is not, and the client stays disconnected', async () => {
    await rig.clock.pass(500)
    rig.transportAt(0).end()
    answerTime()
    expect(rig.client.connection.phase).toBe('reconnecting')
  })
})
