import { describe, expect, test } from 'vitest'
import type { WireError } from '@valiant/shared/protocol/errors'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import type { OrderContent } from './draft.ts'
import { asksAgain, confirmationOf, receiptOf, refusalOf, sentenceOf } from './receipt.ts'
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
const content: OrderContent = { symbol: 'NOVA', side: 'buy', type: 'limit', qty: '120', limitPrice: '184.40' }
const refuse = (error: Partial<WireError>, change: Partial<OrderContent> = {}) =>
  refusalOf({ message: 'As the server says.', outcome: 'not_executed', ...error } as WireError, {
    ...nova,
    content: { ...content, ...change },
    bid: '184.30',
    ask: '184.34',
    passive: '184.32',
    bandPercent: 5,
    affordable: '98',
  })

describe('a receipt', () => {
  test('of a fill says price and fee', () => {
    const order = placed({ status: 'filled', filledQty: '5', qty: '5', avgPrice: '184.340000', feesPaid: '0.47' })
    expect(receiptOf(order, nova)).toMatchObject({ title: 'Bought 5 NOVA at 184.34', text: 'Fee $0.47' })
  })

  test('of a partial fill says what still waits', () => {
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
})

describe('a refusal says what happened, what it did to the money, and a way on', () => {
  test('too little money: what fits', () => {
    const receipt = refuse({ code: 'INSUFFICIENT_FUNDS', details: { required: '22127.06', available: '18204.75' } })
    expect(receipt.text).toBe('It needs $22,127.06 and you have $18,204.75. Nothing is held.')
    expect(receipt.waysOn).toEqual([{ label: 'Use 98 NOVA', do: 'use', draft: { qtyText: '98', unit: 'qty' } }])
  })

  test('outside the band: the touch, and the edge of the band', () => {
    const receipt = refuse({ code: 'PRICE_BAND', details: { low: '175.10', high: '193.52' } }, { limitPrice: '203.90' })
    expect(receipt.text).toBe(
      '203.90 is more than 5% above the middle of the market, so the exchange refused it. Nothing was bought and no money is held.',
    )
    expect(receipt.waysOn.map(({ label }) => label)).toEqual(['Use 184.34 (ask)', 'Use 193.52 (limit)'])
  })

  test('post only would cross: a price that rests, or without it', () => {
    const receipt = refuse({ code: 'POST_ONLY_WOULD_CROSS' })
    expect(receipt.waysOn.map(({ label }) => label)).toEqual(['Use 184.32', 'Send without post only'])
  })

  test('fill or kill: what could be had', () => {
    const receipt = refuse({ code: 'FOK_NOT_FILLABLE', details: { fillable: '430' } }, { qty: '900' })
    expect(receipt.text).toBe('Only 430 of 900 are on offer up to your price. Nothing was bought.')
    expect(receipt.waysOn.map(({ label }) => label)).toEqual(['Buy 430 NOVA'])
  })

  test('nothing is offered that cannot be done', () => {
    expect(refuse({ code: 'NO_LIQUIDITY' }).waysOn).toEqual([])
  })
})

describe('the send button', () => {
  test('states the action in full', () => {
    expect(sentenceOf(content, 'NOVA')).toBe('Buy 120 NOVA at 184.40')
    expect(sentenceOf({ symbol: 'NOVA', side: 'sell', type: 'market', qty: '1200' }, 'NOVA')).toBe(
      'Sell 1,200 NOVA at market',
    )
    expect(confirmationOf({ ...content, qty: '83' }, 'NOVA', 1_529_690n)).toBe('Confirm: buy 83 NOVA, $15,296.90')
  })

  test('asks again above $10,000, or when a market order would slip by more than 1 %', () => {
    expect(asksAgain('limit', 1_000_000n, 0)).toBe(false)
    expect(asksAgain('limit', 1_000_001n, 0)).toBe(true)
    expect(asksAgain('market', 100n, 101)).toBe(true)
    expect(asksAgain('limit', 100n, 101)).toBe(false)
  })
})
