import type { Order } from '@valiant/shared/protocol/order'
import { expect, test } from 'vitest'
import { contentOf } from './placed-again.ts'

const order = {
  symbol: 'NOVA',
  side: 'buy',
  type: 'limit',
  status: 'open',
  timeInForce: 'gtc',
  qty: '10',
  remainingQty: '7',
  limitPrice: '184.30',
  postOnly: true,
} as unknown as Order

test('the rest of a canceled order is placed again on the same terms', () => {
  expect(contentOf(order)).toEqual({
    symbol: 'NOVA',
    side: 'buy',
    type: 'limit',
    qty: '7',
    timeInForce: 'gtc',
    limitPrice: '184.30',
    postOnly: true,
  })
})

test('a triggered stop limit is placed as a limit order, a waiting one as a stop limit', () => {
  const stop = { ...order, type: 'stop_limit', stopPrice: '184.00', postOnly: false } as Order
  expect(contentOf(stop)).toMatchObject({ type: 'limit', limitPrice: '184.30' })
  expect(contentOf(stop)).not.toHaveProperty('stopPrice')
  expect(contentOf({ ...stop, status: 'untriggered' })).toMatchObject({ type: 'stop_limit', stopPrice: '184.00' })
})

test('a trailing stop starts again from the current market', () => {
  const { limitPrice: _, ...rest } = order
  const trailing = { ...rest, type: 'trailing_stop', status: 'untriggered', stopPrice: '182.00', trailPercent: '1' }
  expect(contentOf(trailing as Order)).not.toHaveProperty('stopPrice')
  expect(contentOf(trailing as Order)).toMatchObject({ type: 'trailing_stop', trailPercent: '1' })
})
