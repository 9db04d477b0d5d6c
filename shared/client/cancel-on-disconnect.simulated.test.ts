import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusal, Simulated } from './simulated.fixture.ts'

let rig: Simulated

beforeEach(() => {
  rig = new Simulated({}, () => 0.5)
  rig.welcome()
})
afterEach(() => rig.client.close())

it('every connection asks for cancelOnDisconnect, like the first', async () => {
  const asking = new Simulated({ cancelOnDisconnect: 15_000 })
  asking.welcome()
  asking.transports[0]?.tell('server.closing', { afterMs: 0, reason: 'deploy' })
  await asking.pass(0)
  expect(asking.transports.map(({ auth }) => auth['cancelOnDisconnect'])).toEqual([15_000, 15_000])
  asking.client.close()
})

it('a grace chosen later is sent on the current connection and on each new one; its removal is sent once', async () => {
  const graces = (transport = rig.transport) =>
    transport.of('cancelOnDisconnect').map(({ payload }) => payload['graceMs'])
  void rig.client.cancelOnDisconnect(0)
  void rig.client.cancelOnDisconnect(60_000)
  expect(graces()).toEqual([])
  rig.transportAt(0).end()
  await rig.pass(5_000)
  rig.welcome(rig.transportAt(1), { accountId: 'A-1' })
  expect(rig.transportAt(1).auth).not.toHaveProperty('cancelOnDisconnect')
  void rig.client.cancelOnDisconnect(60_000)
  void rig.client.cancelOnDisconnect(30_000)
  expect(graces()).toEqual([60_000, 30_000])
  expect(rig.transports).toHaveLength(2)
  void rig.client.cancelOnDisconnect(0)
  rig.transportAt(1).end()
  await rig.pass(5_000)
  rig.welcome(rig.transportAt(2), { accountId: 'A-1' })
  expect(graces()).toEqual([0])
  rig.transportAt(2).answer('cancelOnDisconnect', { ok: true, data: {} })
  rig.transportAt(2).end()
  await rig.pass(5_000)
  rig.welcome(rig.transportAt(3), { accountId: 'A-1' })
  expect(graces()).toEqual([])
})

describe('a grace chosen later, if it', () => {
  let asking: Simulated
  const graces = () => asking.transport.of('cancelOnDisconnect').map(({ payload }) => payload['graceMs'])
  const again = async () => {
    asking.transport.end()
    await asking.clock.pass(5_000)
    asking.welcome(asking.transport, { accountId: 'A-1' })
  }
  beforeEach(() => {
    asking = new Simulated({ cancelOnDisconnect: 15_000 })
    asking.welcome(asking.transport, { accountId: 'A-1' })
  })
  afterEach(() => asking.client.close())

  it('is out of range, the former holds', async () => {
    for (const ms of [500, -1, 1_000.5, 86_400_001, Number.NaN]) {
      await expect(asking.client.cancelOnDisconnect(ms)).rejects.toThrow(RangeError)
    }
    expect(graces()).toEqual([])
    await again()
    expect(asking.transport.auth).toMatchObject({ cancelOnDisconnect: 15_000 })
  })

  it('is refused, its promise says so and the former holds, also on the next connection', async () => {
    const chosen = asking.client.cancelOnDisconnect(60_000)
    asking.transport.answer('cancelOnDisconnect', refusal('UNAVAILABLE'))
    await asking.pass(500)
    expect(graces()).toEqual([60_000, 60_000])
    asking.transport.answer('cancelOnDisconnect', refusal('FORBIDDEN'))
    await expect(chosen).rejects.toMatchObject({ error: { code: 'FORBIDDEN' } })
    await again()
    expect(asking.transport.auth).toMatchObject({ cancelOnDisconnect: 15_000 })
    expect(graces()).toEqual([])
  })

  it('is confirmed, it takes the place of the former; one that is refused after it does not', async () => {
    const chosen = asking.client.cancelOnDisconnect(60_000)
    await again()
    expect(asking.transport.auth).toMatchObject({ cancelOnDisconnect: 15_000 })
    asking.transport.answer('cancelOnDisconnect', { ok: true, data: {} })
    await chosen
    const refused = asking.client.cancelOnDisconnect(30_000)
    asking.transport.answer('cancelOnDisconnect', refusal('INVALID'))
    await expect(refused).rejects.toMatchObject({ error: { code: 'INVALID' } })
    await again()
    expect(asking.transport.auth).not.toHaveProperty('cancelOnDisconnect')
    expect(graces()).toEqual([60_000])
  })

  it('is replaced or left behind, its promise does not wait for ever', async () => {
    const first = asking.client.cancelOnDisconnect(60_000)
    const second = asking.client.cancelOnDisconnect(30_000)
    await first
    asking.client.close()
    await expect(second).rejects.toThrow('There is no connection')
  })
})
