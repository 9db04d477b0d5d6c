import { expect, test } from 'vitest'
import { connect } from './client.ts'
import { desk, ordersOf, protectedPosition, restingBuy } from './desk.ts'

const at = desk()
const buy = () => restingBuy(at.on)
/** Another connection of the client's user, which requests cancel-on-disconnect. */
const asking = (cancelOnDisconnect: unknown) =>
  connect(at.server.url, { cookie: at.client.cookie!, auth: { cancelOnDisconnect } })

test('orders are canceled once the last connection that requested it has been gone for the grace', async () => {
  const { client, on } = at
  const [first, second] = [await asking(1_500), await asking(1_500)]
  const { orderId } = await first.place(buy())
  const protective = await protectedPosition(first, on)
  first.socket.disconnect()
  // The other connection stays, for longer than the grace.
  const { time } = await client.good('time')
  await expect.poll(async () => (await client.good('time')).time).toBeGreaterThan(time + 2_500)
  expect((await client.good('order.get', { orderId })).status).toBe('open')

  const { time: leftAt } = await client.good('time')
  second.socket.disconnect()
  await expect.poll(() => ordersOf(client).get(orderId)).toMatchObject({ status: 'canceled', reason: 'dead_man' })
  expect(ordersOf(client).get(orderId)!.updatedAt).toBeGreaterThanOrEqual(leftAt + 1_400)
  expect((await client.account()).openOrders.map((order) => order.orderId)).toEqual([protective.orderId])
})

test('a client that reconnects within the grace keeps them', async () => {
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

test('a connected socket may request it and withdraw it, also for sockets that have gone', async () => {
  const { client } = at
  const [first, second] = [await asking(undefined), await asking(1_500)]
  const { orderId } = await first.place(buy())
  await first.good('cancelOnDisconnect', { graceMs: 1_500 })
  second.socket.disconnect()
  await client.good('time') // By then the disconnect has been processed.
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

test('it survives a change of leader', async () => {
  const first = await asking(1_500)
  const { orderId } = await first.place(buy())
  await at.restart()
  const watcher = await connect(at.server.url, { cookie: at.client.cookie! })
  await expect.poll(() => watcher.good('order.get', { orderId })).toMatchObject({ reason: 'dead_man' })
})

test('a handshake with an invalid or forbidden request for it is refused', async () => {
  for (const wrong of ['soon', -1, 1e12]) {
    await expect(asking(wrong)).rejects.toMatchObject({
      data: { code: 'INVALID', message: expect.stringContaining('auth.cancelOnDisconnect') as string },
    })
  }
  const nobody = connect(at.server.url, { auth: { cancelOnDisconnect: 1_500 } })
  await expect(nobody).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } })
})
