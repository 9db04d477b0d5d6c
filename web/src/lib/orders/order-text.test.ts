import { describe, expect, test } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import { endSentence, linePriceOf, priceText, statusOf, trailText, typeText } from './order-text.ts'

const order = (change: Partial<Order>) =>
  ({ side: 'sell', type: 'limit', status: 'open', postOnly: false, reduceOnly: false, ...change }) as Order

describe('an order in words', () => {
  test('says its state, and why it was cancelled or refused', () => {
    expect(statusOf({ status: 'rejected' })).toBe('Refused')
    expect(statusOf({ status: 'rejected', rejectCode: 'INSUFFICIENT_FUNDS' })).toBe('Refused, not enough cash')
    expect(statusOf({ status: 'untriggered' })).toBe('Waits for its price')
    expect(statusOf({ status: 'held' })).toBe('Waits for its entry')
    expect(statusOf({ status: 'canceled', reason: 'ioc_remainder' })).toBe('Cancelled, none left at its price')
    expect(statusOf({ status: 'canceled', reason: 'sibling_filled' })).toBe('Cancelled, the other exit came first')
    expect(statusOf({ status: 'canceled', reason: 'user' })).toBe('Cancelled')
  })

  test('an exit is named by what it is for', () => {
    expect(typeText(order({ role: 'stop_loss', type: 'stop', reduceOnly: true }))).toBe('Stop loss')
    expect(typeText(order({ type: 'stop_limit', reduceOnly: true }))).toBe('Stop limit, reduce only')
    expect(typeText(order({ postOnly: true }))).toBe('Limit, post only')
  })

  test('says what it waits for, and what follows', () => {
    expect(priceText(order({ limitPrice: '1183.60' }))).toBe('1,183.60')
    expect(priceText(order({ type: 'stop', stopPrice: '180.50' }))).toBe('180.50')
    expect(priceText(order({ type: 'stop_limit', stopPrice: '180.50', limitPrice: '180.00' }))).toBe(
      '180.50, then 180.00',
    )
    expect(priceText(order({ type: 'trailing_stop', stopPrice: '180.50', trailPercent: '2.00' }))).toBe(
      '180.50, trails by 2%',
    )
    expect(priceText(order({ type: 'trailing_stop', trailAmount: '1.50' }))).toBe('trails by 1.50')
    expect(priceText(order({ type: 'market' }))).toBe('–')
  })

  test.each([
    ['10', '10%'],
    ['90', '90%'],
    ['2.50', '2.5%'],
    ['2.00', '2%'],
    ['0.5', '0.5%'],
  ])('trails by %s as %s', (trailPercent, text) => {
    expect(trailText({ trailPercent })).toBe(text)
  })

  test('stands on the chart at its trigger while it waits, at its limit in the book', () => {
    const stopLimit = { type: 'stop_limit', stopPrice: '180.50', limitPrice: '180.00' } as const
    expect(linePriceOf(order({ ...stopLimit, status: 'untriggered' }))).toBe('180.50')
    expect(linePriceOf(order({ ...stopLimit, status: 'open' }))).toBe('180.00')
    expect(linePriceOf(order({ status: 'held', limitPrice: '188.00' }))).toBe('188.00')
    expect(linePriceOf(order({ type: 'stop', stopPrice: '180.50', status: 'open' }))).toBeUndefined()
  })

  test('says why it ended', () => {
    expect(endSentence({ reason: 'ioc_remainder', side: 'buy', limitPrice: '183.60' })).toBe(
      'No more was on offer at 183.60 or better.',
    )
    expect(endSentence({ reason: 'no_liquidity', side: 'sell' })).toBe('No more was wanted.')
    expect(endSentence({ reason: 'day_end', side: 'sell' })).toBe('Its day ended.')
  })
})
