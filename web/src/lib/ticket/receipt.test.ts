import { describe, expect, test } from 'vitest'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import { receiptOf } from './receipt.ts'
import { scaleOf } from './scale.ts'

const nova = { name: 'NOVA', scale: scaleOf({ tickSize: '0.02', lotSize: '1' }) }
const placed = (order: Partial<PlacedOrder>) =>
  ({
    side: 'buy',
    qty: '200',
    limitPrice: '183.60',
    avgPrice: null,
    feesPaid: '0.00',
    filledQty: '0',
    ...order,
  }) as PlacedOrder
describe('a receipt', () => {
  test('of a fill says price and fee', () => {
    const order = placed({ status: 'filled', filledQty: '5', qty: '5', avgPrice: '184.340000', feesPaid: '0.47' })
    expect(receiptOf(order, nova)).toMatchObject({ title: 'Bought 5 NOVA at 184.34', text: 'Fee $0.47' })
  })

  test('of a partial fill says what is still open', () => {
    const order = placed({
      status: 'partially_filled',
      filledQty: '60',
      remainingQty: '140',
      avgPrice: '183.600000',
      feesPaid: '2.20',
    })
    expect(receiptOf(order, nova)).toMatchObject({
      title: 'Bought 60 NOVA at 183.60',
      text: '140 of 200 still open. Fee $2.20',
    })
  })

  test('of an order that found nothing says that nothing was bought', () => {
    const order = placed({ status: 'canceled', reason: 'ioc_remainder' })
    expect(receiptOf(order, nova)).toMatchObject({
      kind: 'canceled',
      title: 'Nothing bought',
      text: 'No more was on offer at 183.60 or better. No money is held.',
    })
  })

  test('of a stop says what it waits for', () => {
    const stop = placed({ status: 'untriggered', type: 'stop', side: 'sell', stopPrice: '180.50', qty: '50' })
    expect(receiptOf(stop, nova)).toMatchObject({
      title: 'Sell 50 NOVA waits for 180.50',
      text: 'It is sent when a trade reaches that price.',
    })
    const trailing = placed({ ...stop, type: 'trailing_stop', side: 'buy', trailPercent: '2', stopPrice: '187.20' })
    expect(receiptOf(trailing, nova)).toMatchObject({
      title: 'Buy 50 NOVA waits for 187.20',
      text: 'It follows the market by 2%; its money is held.',
    })
  })

  test('of an order that expired at the end of the day says so', () => {
    const order = placed({ status: 'expired', reason: 'day_end' })
    expect(receiptOf(order, nova).text).toBe('Its day ended. No money is held.')
  })
})
