import { type Client, connectWith } from '@valiant/shared/client/client'
import { openSocketTransport } from '@valiant/shared/client/transport'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { GatewayRig } from './gateway.fixture.ts'

const order = { symbol: 'VLNT', side: 'buy', type: 'limit', qty: '1', limitPrice: '50.00' } as const

let rig: GatewayRig
let client: Client
let seqs: number[]
let cut: () => void

const isLive = () => expect.poll(() => client.isLive).toBe(true)
const isAt = (seq: number) => expect.poll(() => client.account?.seq).toBe(seq)

beforeEach(async () => {
  rig = await GatewayRig.open()
  const cookie = await rig.guest()
  client = connectWith(
    {
      openTransport: (options, listeners) => {
        const transport = openSocketTransport(options, listeners)
        cut = () => {
          transport.close()
          listeners.lost({ message: 'cut' })
        }
        return transport
      },
    },
    { url: rig.url, extraHeaders: { cookie, origin: rig.url } },
  )
  seqs = []
  client.on('account', ({ seq }) => seqs.push(seq))
  await isLive()
  await isAt(1)
})
afterEach(async () => {
  client.close()
  await rig[Symbol.asyncDispose]()
})

/** Breaks the connection; `meanwhile` runs before it is back. */
async function lapse(meanwhile: () => void): Promise<void> {
  cut()
  expect(client.isLive).toBe(false)
  meanwhile()
  await isLive()
}

test('a client that was disconnected gets the frames that it missed without asking', async () => {
  await client.ask('order.place', order)
  await isAt(2)
  const welcomes: boolean[] = []
  client.on('welcome', ({ resumed }) => welcomes.push(resumed))
  const asked = () => rig.exchange.taken.filter(({ request }) => request.event === 'account').length
  const askedBefore = asked()
  await lapse(() => {
    rig.exchange.sendAnother()
    rig.exchange.sendAnother()
  })
  await isAt(4)
  expect(seqs).toEqual([2, 3, 4])
  expect(welcomes).toEqual([true])
  expect(asked()).toBe(askedBefore)
})

test('a client whose missed frames are no longer kept requests its account', async () => {
  await client.ask('order.place', order)
  await isAt(2)
  await lapse(() => {
    rig.exchange.sendAnother()
    rig.exchange.sent = []
  })
  await isAt(3)
  expect(seqs).toEqual([2])
})

test('an order whose answer was lost is placed once, and its promise resolves', async () => {
  const placed = client.ask('order.place', { ...order, clientOrderId: 'lost-1' })
  cut()
  expect(await placed).toMatchObject({ clientOrderId: 'lost-1', status: 'open' })
  const orders = await client.ask('account', {})
  expect(orders.openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual(['lost-1'])
})
