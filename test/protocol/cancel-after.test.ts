import { expect, test } from 'vitest'
import { desk, ordersOf, protectedPosition, restingBuy } from './desk.ts'

const at = desk()
const buy = () => restingBuy(at.on)

test('the dead man’s switch cancels in one frame unless renewed, and keeps protective orders', async () => {
  const { client, on } = at
  const protective = await protectedPosition(client, on)
  const orders = [await client.place(buy()), await client.place(buy())]
  const armed = await client.good('cancelAfter', { timeoutMs: 800 })
  expect(armed.cancelAt).toBeGreaterThan(Date.now())
  const states = () => orders.map(({ orderId }) => ordersOf(client).get(orderId)?.reason)
  await expect.poll(states).toEqual(['dead_man', 'dead_man'])
  expect(client.of<{ orders: unknown[] }>('account').at(-1)?.orders).toHaveLength(2)
  expect((await client.account()).openOrders.map(({ orderId }) => orderId)).toEqual([protective.orderId])
})

test('it is renewed by another request, and 0 switches it off', async () => {
  const { client } = at
  const { orderId } = await client.place(buy())
  const first = await client.good('cancelAfter', { timeoutMs: 2_000 })
  const renewed = await client.good('cancelAfter', { timeoutMs: 60_000 })
  expect(renewed.cancelAt).toBeGreaterThan((first.cancelAt ?? 0) + 50_000)
  expect(await client.good('cancelAfter', { timeoutMs: 0 })).not.toHaveProperty('cancelAt')
  // Past the first deadline the order is still open.
  await expect.poll(async () => (await client.good('time')).time).toBeGreaterThan(first.cancelAt ?? Infinity)
  expect((await client.good('order.get', { orderId })).status).toBe('open')
})

test('with symbols it leaves orders in others, and without protection it cancels stops too', async () => {
  const { client, on } = at
  const { orderId } = await protectedPosition(client, on)
  const other = await client.place({
    symbol: 'EUR-USD',
    side: 'buy',
    type: 'limit',
    qty: '1000',
    limitPrice: '0.90000',
  })
  await client.good('cancelAfter', { timeoutMs: 300, symbols: [on.symbol], keepProtective: false })
  await expect.poll(() => ordersOf(client).get(orderId)?.reason).toBe('dead_man')
  expect((await client.account()).openOrders.map((order) => order.orderId)).toEqual([other.orderId])
})
