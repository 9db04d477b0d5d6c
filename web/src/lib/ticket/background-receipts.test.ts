import type { Account } from '@valiant/shared/protocol/account'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import { describe, expect, test } from 'vitest'
import { backgroundReceipts, missedLiquidations } from './background-receipts.ts'
import { scaleOf } from './scale.ts'

const named = { name: 'NOVA', scale: scaleOf({ tickSize: '0.02', lotSize: '1' }) }
const order = {
  orderId: '1',
  symbol: 'NOVA',
  side: 'buy',
  qty: '200',
  filledQty: '60',
  remainingQty: '140',
  avgPrice: '183.60',
  status: 'partially_filled',
  feesPaid: '2.20',
} as Order
const fills = [{ orderId: '1' } as Fill]
const balance = { cash: '50000.00' } as Account

describe('receipts of events without a press', () => {
  test('a waiting order that filled', () => {
    expect(backgroundReceipts({ cause: 'trade', orders: [order], fills, balance }, () => named)).toMatchObject([
      { kind: 'done', title: 'Bought 60 NOVA at 183.60', text: '140 of 200 still open. Fee $2.20', of: '1' },
    ])
  })

  test('a reset in another tab, which takes positions and orders away', () => {
    expect(backgroundReceipts({ cause: 'reset', orders: [order], fills: [], balance }, () => named)).toMatchObject([
      { kind: 'canceled', title: 'The account was reset', text: expect.stringContaining('$50,000.00') as string },
    ])
  })

  test('an exit that triggered', () => {
    const stop: Order = {
      ...order,
      side: 'sell',
      role: 'stop_loss',
      status: 'filled',
      filledQty: '200',
      remainingQty: '0',
    }
    expect(backgroundReceipts({ cause: 'trigger', orders: [stop], fills, balance }, () => named)).toMatchObject([
      { title: 'Stop loss: sold 200 NOVA at 183.60' },
    ])
  })

  test('a liquidation, as bad news with its reason', () => {
    const close: Order = { ...order, side: 'sell', status: 'filled', filledQty: '200', remainingQty: '0' }
    expect(backgroundReceipts({ cause: 'liquidation', orders: [close], fills, balance }, () => named)).toMatchObject([
      {
        kind: 'refused',
        stays: true,
        title: 'Your long in NOVA was closed',
        text: 'What you own no longer covered it. Sold 200 NOVA at 183.60.',
      },
    ])
  })
})

test('an action has its own receipt, and an order that only moved has none', () => {
  expect(backgroundReceipts({ cause: 'order', orders: [order], fills, balance }, () => named)).toEqual([])
  expect(backgroundReceipts({ cause: 'trade', orders: [order], fills: [], balance }, () => named)).toEqual([])
})

test('liquidations that no frame reported are told after a reconnect, and nothing else is', () => {
  const closed = (of: Partial<Order>): Order => ({
    ...order,
    side: 'sell',
    status: 'filled',
    filledQty: '200',
    remainingQty: '0',
    source: 'system',
    closedAt: 50_000,
    ...of,
  })
  const seen = { sinceMs: 40_000, reported: new Set(['seen']) }
  const titles = (orders: readonly Order[]) => missedLiquidations(orders, seen, () => named).map(({ title }) => title)
  expect(titles([closed({}), closed({ side: 'buy' })])).toEqual([
    'Your long in NOVA was closed',
    'Your short in NOVA was closed',
  ])
  expect(titles([closed({ source: 'web' }), closed({ closedAt: 34_999 }), closed({ filledQty: '0' })])).toEqual([])
  expect(titles([closed({ orderId: 'seen' })])).toEqual([])
  // A restarted market goes on from its last commit.
  expect(titles([closed({ closedAt: 39_950 })])).toEqual(['Your long in NOVA was closed'])
  expect(missedLiquidations([closed({})], seen, () => undefined)).toEqual([])
})
