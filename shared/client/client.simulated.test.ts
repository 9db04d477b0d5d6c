import { afterEach, expect, it } from 'vitest'
import { Simulated } from './simulated.fixture.ts'

let rig: Simulated
afterEach(() => rig.client.close())

it('a handshake names the account of the options, and then the one that was switched to', async () => {
  rig = new Simulated({ accountId: 'A' })
  expect(rig.transport.auth).toMatchObject({ accountId: 'A' })
  rig.welcome()
  rig.client.switchAccount('B')
  await rig.clock.pass(0)
  expect(rig.transports).toHaveLength(2)
  expect(rig.transport.auth).toMatchObject({ accountId: 'B' })
})

it('a handshake names no account where none was picked, and the key if there is one', () => {
  rig = new Simulated()
  expect(rig.transport.auth).toEqual({ protocol: 1 })
  rig.client.close()
  rig = new Simulated({ apiKey: 'k' })
  expect(rig.transport.auth).toEqual({ protocol: 1, apiKey: 'k' })
})

it('an exchange that has started over may use the ids of alerts again', async () => {
  rig = new Simulated()
  rig.welcome(rig.transport, { epoch: 7 })
  const alert = { symbol: 'NOVA', op: 'above', price: '1.00', createdAt: 1, firedAt: 2, tradePrice: '1.01', epoch: 1 }
  const reported: string[] = []
  rig.client.on('alert', ({ alertId }) => reported.push(alertId))
  rig.transport.tell('alert', { ...alert, alertId: 'A' })
  await rig.pass(12_000)
  rig.transport.tell('alert', { ...alert, alertId: 'A' })
  expect(reported).toEqual(['A', 'A'])
})

it('an instance that finds its leader after its welcome is asked for all streams again', async () => {
  rig = new Simulated()
  rig.welcome(rig.transport, { epoch: 0 })
  rig.client.subscribe({ channel: 'quotes' }, () => undefined)
  await rig.subscribed(rig.transport, { epoch: 0, time: 1, q: [] })
  rig.transport.tell('heartbeat', { time: rig.clock.now(), counter: 1, epoch: 7 })
  expect(rig.transport.of('subscribe')).toHaveLength(2)
})

it('a frame of a channel is also reported as an event of the server', () => {
  rig = new Simulated()
  rig.welcome()
  const times: number[] = []
  rig.client.on('quotes', ({ time }) => times.push(time))
  rig.transport.tell('quotes', { epoch: 1, time: 5, q: [] })
  expect(times).toEqual([5])
})

it('leaves no timer when it is closed', () => {
  rig = new Simulated()
  rig.welcome()
  rig.client.subscribe({ channel: 'quotes' }, () => undefined)
  rig.client.ask('instruments', {}).catch(() => undefined)
  expect(rig.clock.waiting).toBeGreaterThan(0)
  rig.client.close()
  expect(rig.clock.waiting).toBe(0)
})
