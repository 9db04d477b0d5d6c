import { beforeEach, expect, test } from 'vitest'
import type { Client } from '@valiant/shared/client/client'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'
import { BackgroundEvents } from './background-events.ts'
import type { Receipt } from './receipt.ts'
import { scaleOf } from './scale.ts'

const closed = (orderId: string, closedAt: number) =>
  ({
    ...{ orderId, symbol: 'NOVA', side: 'sell', type: 'market', status: 'filled', source: 'system' },
    ...{ qty: '60', filledQty: '60', remainingQty: '0', avgPrice: '183.60', feesPaid: '2.20', closedAt },
  }) as Order
const LOST_AT = 60_000

let told: Receipt[]
let events: BackgroundEvents
const clientWith = (...items: Order[]) => ({ ask: () => Promise.resolve({ items }) }) as unknown as Pick<Client, 'ask'>

beforeEach(() => {
  told = []
  events = new BackgroundEvents({
    tell: (receipt) => void told.push(receipt),
    namedOf: () => ({ name: 'NOVA', scale: scaleOf({ tickSize: '0.02', lotSize: '1' }) }),
  })
})

test('a liquidation that no frame reported is told once, when the connection is back', async () => {
  const frame = { cause: 'liquidation', orders: [closed('1', LOST_AT + 1)], fills: [] }
  events.take(frame as unknown as AccountFrame)
  const client = clientWith(closed('2', LOST_AT + 1), closed('1', LOST_AT + 1))
  for (let times = 0; times < 2; times++) {
    events.lost(LOST_AT)
    await events.back(client, true, () => true)
  }
  expect(told.map(({ of }) => of)).toEqual(['2'])
})

test('nothing is asked without a loss, or told once another account is shown', async () => {
  await events.back(clientWith(closed('2', LOST_AT + 1)), true, () => true)
  events.lost(LOST_AT)
  await events.back(clientWith(closed('2', LOST_AT + 1)), true, () => false)
  expect(told).toEqual([])
})
