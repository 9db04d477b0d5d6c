import { expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { scaleOf } from '#lib/ticket/scale.ts'
import { changeTo, exitOf, fillsAtOnce } from './line-move.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const touch = { bidTicks: 100, askTicks: 102 }
const buy = { type: 'limit', side: 'buy', status: 'open', limitPrice: '2.00' } as Order

test('a line moves the stop price of an order until it triggers, and otherwise the limit price', () => {
  const stopLimit = { type: 'stop_limit', stopPrice: '2.10', limitPrice: '2.12' } as Order
  expect(changeTo({ ...stopLimit, status: 'untriggered' }, 104, scale)).toEqual({ stopPrice: '2.08' })
  expect(changeTo({ ...stopLimit, status: 'open' }, 104, scale)).toEqual({ limitPrice: '2.08' })
  expect(changeTo(buy, 99, scale)).toEqual({ limitPrice: '1.98' })
})

test('a move that would fill at once is recognized before it is sent', () => {
  expect(fillsAtOnce(buy, 101, touch)).toBe(false)
  expect(fillsAtOnce(buy, 102, touch)).toBe(true)
  expect(fillsAtOnce({ ...buy, side: 'sell' }, 100, touch)).toBe(true)
  expect(fillsAtOnce({ ...buy, status: 'held' }, 102, touch)).toBe(false)
  expect(fillsAtOnce({ ...buy, type: 'stop' }, 102, touch)).toBe(false)
  expect(fillsAtOnce({ ...buy, type: 'stop_limit', status: 'untriggered' }, 102, touch)).toBe(false)
  expect(fillsAtOnce({ ...buy, type: 'stop_limit', status: 'partially_filled' }, 102, touch)).toBe(true)
  expect(fillsAtOnce(buy, 102, { bidTicks: 0, askTicks: 0 })).toBe(false)
})

test('a position’s line makes a take-profit on the winning side of the market, and a stop loss on the losing side', () => {
  expect(exitOf(101, 100, 5)).toBe('takeProfit')
  expect(exitOf(99, 100, 5)).toBe('stopLoss')
  expect(exitOf(99, 100, -5)).toBe('takeProfit')
  expect(exitOf(101, 100, -5)).toBe('stopLoss')
  expect(exitOf(100, 100, 5)).toBeUndefined()
})
