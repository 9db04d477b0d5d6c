import type { Alert } from '@valiant/shared/protocol/alerts'
import type { Order } from '@valiant/shared/protocol/order'
import { describe, expect, test } from 'vitest'
import { scaleOf } from '#lib/ticket/scale.ts'
import { HAPPENINGS_MAX, happeningsOf, hasEndedByItself } from './happening.ts'

const named = { name: 'NOVA', scale: scaleOf({ tickSize: '0.02', lotSize: '1' }) }
const namedOf = (symbol: string) => (symbol === 'NOVA' ? named : undefined)

const closed = (of: Partial<Order>): Order =>
  ({
    orderId: '1',
    symbol: 'NOVA',
    side: 'buy',
    type: 'limit',
    qty: '200',
    filledQty: '200',
    remainingQty: '0',
    avgPrice: '183.60',
    feesPaid: '2.20',
    status: 'filled',
    source: 'web',
    createdAt: 1_000,
    closedAt: 9_000,
    ...of,
  }) as Order
const alert = (of: Partial<Alert>): Alert => ({
  alertId: '7',
  symbol: 'NOVA',
  op: 'above',
  price: '190.00',
  createdAt: 500,
  firedAt: 8_000,
  tradePrice: '190.02',
  ...of,
})
const listed = (orders: readonly Order[], alerts: readonly Alert[] = []) => happeningsOf({ orders, alerts }, namedOf)

describe('an order that ended by itself', () => {
  test.each<[string, Partial<Order>, boolean]>([
    ['filled later', {}, true],
    ['filled by the press that placed it', { closedAt: 1_000 }, false],
    ['still open', { status: 'open', closedAt: undefined }, false],
    ['refused', { status: 'rejected' }, false],
    ['canceled by the user', { status: 'canceled', reason: 'user' }, false],
    ['canceled with all others', { status: 'canceled', reason: 'cancel_all' }, false],
    ['the other exit, which is listed itself', { status: 'canceled', reason: 'sibling_filled' }, false],
    ['expired', { status: 'expired', reason: 'day_end' }, true],
    ['canceled because the connection was lost', { status: 'canceled', reason: 'dead_man' }, true],
    ['canceled in a halt', { status: 'canceled', reason: 'halt' }, true],
    ['placed by the exchange, and filled at once', { source: 'system', closedAt: 1_000 }, true],
  ])('%s', (_, of, isOne) => {
    expect(hasEndedByItself(closed(of))).toBe(isOne)
    expect(listed([closed(of)])).toHaveLength(isOne ? 1 : 0)
  })
})

describe('what is said of it', () => {
  test.each<[Partial<Order>, object]>([
    [{}, { kind: 'filled', title: 'Bought 200 NOVA at 183.60', text: 'Fee $2.20' }],
    [
      { side: 'sell', role: 'stop_loss' },
      { kind: 'filled', title: 'Stop loss: sold 200 NOVA at 183.60' },
    ],
    [
      { status: 'expired', reason: 'day_end', filledQty: '0', avgPrice: null },
      { kind: 'ended', title: 'Buy 200 NOVA ended', text: 'Its day ended. No money is held.' },
    ],
    [
      { status: 'expired', reason: 'gtd', filledQty: '60' },
      { kind: 'filled', title: 'Bought 60 NOVA at 183.60, not 200', text: 'Its time was over. Fee $2.20' },
    ],
    [
      { side: 'sell', source: 'system' },
      { kind: 'liquidated', title: 'Your long in NOVA was closed' },
    ],
  ])('%o', (of, said) => {
    expect(listed([closed(of)])).toEqual([expect.objectContaining(said)])
  })

  test('of an alert, its price and its note', () => {
    expect(listed([], [alert({ note: 'Sell half' })])).toEqual([
      {
        id: 'alert 7',
        atMs: 8_000,
        kind: 'alert',
        title: 'NOVA traded at 190.02',
        text: 'Your alert was for 190.00 or higher. Sell half',
        symbol: 'NOVA',
      },
    ])
  })
})

test('orders and fired alerts are listed together, newest first, and no more than fit', () => {
  const orders = Array.from({ length: HAPPENINGS_MAX }, (_, at) => closed({ orderId: `${at}`, closedAt: 5_000 + at }))
  const all = listed(orders, [alert({}), alert({ alertId: '8', firedAt: undefined })])
  expect(all).toHaveLength(HAPPENINGS_MAX)
  expect(all[0]).toMatchObject({ id: 'alert 7' })
  expect(all[1]).toMatchObject({ id: `${HAPPENINGS_MAX - 1}` })
})

test('instruments that are not listed any more are left out', () => {
  expect(listed([closed({ symbol: 'GONE' })], [alert({ symbol: 'GONE' })])).toEqual([])
})
