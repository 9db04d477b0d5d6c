import { expect, test } from 'vitest'
import { connect } from './client.ts'
import { desk, ordersOf } from './desk.ts'

const at = desk()
const buy = () => ({ symbol: at.on.symbol, side: 'buy', type: 'limit', qty: at.on.qty(), limitPrice: at.on.below(2) })
/** Another connection of the client's, which asks for its orders to go when it does. */
const asking = (cancelOnDisconnect: unknown) =>
  connect(at.server.url, { cookie: at.client.cookie!, auth: { cancelOnDisconnect } })

test('orders go when the last connection that asked for it has been gone for the grace', async () => {
  const { client, on } = at
  const [first, second] = [await asking(1_500), await asking(1_500)]
  const { orderId } = await first.place(buy())
  await first.place({ symbol: on.symbol, side: 'buy', type: 'market', qty: on.qty() })
  const stop = {
    symbol: on.symbol,
    side: 'sell',
    type: 'stop',
    qty: on.qty(),
    stopPrice: on.below(3),
    reduceOnly: true,
  }
  const protective = await first.place(stop)
  first.socket.disconnect()
  // The other one is there, longer than the grace.
  const { time } = await client.good('time')
  await expect.poll(async () => (await client.good('time')).time).toBeGreaterThan(time + 2_500)
  expect((await client.good('order.get', { orderId })).status).toBe('open')

  const { time: leftAt } = await client.good('time')
  second.socket.disconnect()
  await expect.poll(() => ordersOf(client).get(orderId)).toMatchObject({ status: 'canceled', reason: 'dead_man' })
  expect(ordersOf(client).get(orderId)!.updatedAt).toBeGreaterThanOrEqual(leftAt + 1_400)
  expect((await client.account()).openOrders.map((order) => order.orderId)).toEqual([protective.orderId])
})

test('who comes back within the grace keeps them', async () => {
  const { client } = at
  const first = await asking(2_000)
  const { orderId } = await first.place(buy())
  first.socket.io.engine.close()
  await new Promise<unknown>((resolve) => client.socket.once('heartbeat', resolve))
  const again = await asking(2_000)
  const { time } = await client.good('time')
  await expect.poll(async () => (await client.good('time')).time).toBeGreaterThan(time + 3_000)
  expect((await client.good('order.get', { orderId })).status).toBe('open')
  again.socket.disconnect()
  await expect.poll(() => ordersOf(client).get(orderId)?.reason).toBe('dead_man')
})

test('a connection that stands may ask for it, and take it back, for those that are gone too', async () => {
  const { client } = at
  const [first, second] = [await asking(undefined), await asking(1_500)]
  const { orderId } = await first.place(buy())
  await first.good('cancelOnDisconnect', { graceMs: 1_500 })
  second.socket.disconnect()
  await client.good('time') // Its going has been read by then.
  await first.good('cancelOnDisconnect', { graceMs: 0 })
  const { time } = await client.good('time')
  await expect.poll(async () => (await client.good('time')).time).toBeGreaterThan(time + 3_000)
  first.socket.disconnect()
  await expect.poll(async () => (await client.good('time')).time).toBeGreaterThan(time + 6_000)
  expect((await client.good('order.get', { orderId })).status).toBe('open')

  const third = await asking(undefined)
  await third.good('cancelOnDisconnect', { graceMs: 1_500 })
  await third.refused('cancelOnDisconnect', { graceMs: 999 }, 'INVALID')
  third.socket.disconnect()
  await expect.poll(() => ordersOf(client).get(orderId)?.reason).toBe('dead_man')
})

test('who leads next does not forget it', async () => {
  const first = await asking(1_500)
  const { orderId } = await first.place(buy())
  await at.restart()
  const watcher = await connect(at.server.url, { cookie: at.client.cookie! })
  await expect.poll(() => watcher.good('order.get', { orderId })).toMatchObject({ reason: 'dead_man' })
})

test('a handshake that asks for it wrongly, or may not, is refused', async () => {
  for (const wrong of ['soon', -1, 1e12]) {
    await expect(asking(wrong)).rejects.toMatchObject({
      data: { code: 'INVALID', message: expect.stringContaining('auth.cancelOnDisconnect') as string },
    })
  }
  const nobody = connect(at.server.url, { auth: { cancelOnDisconnect: 1_500 } })
  await expect(nobody).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } })
})
