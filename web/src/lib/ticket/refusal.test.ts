import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '@valiant/shared/protocol/errors'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { OrderContent } from './draft.ts'
import { type AtRefusal, refusalOf } from './refusal.ts'
import { scaleOf } from './scale.ts'

const content: OrderContent = { symbol: 'NOVA', side: 'buy', type: 'limit', qty: '120', limitPrice: '184.40' }
const refuse = (error: Partial<WireError>, change: Partial<OrderContent> = {}, more: Partial<AtRefusal> = {}) =>
  refusalOf({ message: 'As the server says.', outcome: 'not_executed', ...error } as WireError, {
    name: 'NOVA',
    scale: scaleOf({ tickSize: '0.02', lotSize: '1' }),
    content: { ...content, ...change },
    bid: '184.30',
    ask: '184.34',
    passive: '184.32',
    bandPercent: 5,
    affordable: '98',
    held: '320',
    equity: 100_000,
    isMargin: false,
    opens: '14:30 UTC',
    isShortable: true,
    deed: 'place',
    ...more,
  })
const labels = (receipt: ReturnType<typeof refuse>) => receipt.waysOn.map(({ label }) => label)
const SALE = { side: 'sell', qty: '400' } as const

describe('a refusal says what happened, what it did to the money, and what to do', () => {
  test('too little money: what fits, or more money', () => {
    const receipt = refuse({ code: 'INSUFFICIENT_FUNDS', details: { required: '22127.06', available: '18204.75' } })
    expect(receipt.text).toBe('It needs $22,127.06 and you have $18,204.75. Nothing is held.')
    expect(receipt.waysOn[0]).toEqual({ label: 'Use 98 NOVA', do: 'use', draft: { qtyText: '98', unit: 'qty' } })
    expect(labels(receipt)).toEqual(['Use 98 NOVA', 'Deposit'])
  })

  test('too little margin: how far it would reach', () => {
    const details = { required: '12000.00', available: '8000.00', maxQty: '210' }
    const receipt = refuse({ code: 'INSUFFICIENT_MARGIN', details }, SALE, { isMargin: true })
    expect(receipt.text).toBe('Margin would reach 104%. Close something or sell less.')
    expect(labels(receipt)).toEqual(['Max is 210', 'Deposit'])
  })

  test('too little margin without a quantity from the exchange: what the free margin covers', () => {
    const details = { required: '12000.00', available: '8000.00' }
    const receipt = refuse({ code: 'INSUFFICIENT_MARGIN', details }, { ...SALE, qty: '300' }, { isMargin: true })
    expect(labels(receipt)).toEqual(['Max is 199', 'Deposit'])
  })

  test('outside the band: the touch, and the edge of the band', () => {
    const receipt = refuse({ code: 'PRICE_BAND', details: { low: '175.10', high: '193.52' } }, { limitPrice: '203.90' })
    expect(receipt.text).toBe(
      '203.90 is more than 5% above the middle of the market, so the exchange refused it. Nothing was bought and no money is held.',
    )
    expect(labels(receipt)).toEqual(['Use 184.34 (ask)', 'Use 193.52 (limit)'])
  })

  test('outside the band on the other side: that edge of the band', () => {
    const details = { low: '175.10', high: '193.52' }
    const receipt = refuse({ code: 'PRICE_BAND', details }, { ...SALE, type: 'limit', limitPrice: '203.90' })
    expect(receipt.text).toContain('203.90 is more than 5% above the middle of the market')
    expect(labels(receipt)[1]).toBe('Use 193.52 (limit)')
  })

  test('post only would cross: a price that rests, or without it', () => {
    expect(labels(refuse({ code: 'POST_ONLY_WOULD_CROSS' }))).toEqual(['Use 184.32', 'Send without post only'])
  })

  test('nobody on the other side: says so, and suggests no quantity', () => {
    expect(refuse({ code: 'NO_LIQUIDITY' }, { ...SALE, limitPrice: '' }).text).toBe(
      'Nobody buys NOVA now. Nothing was sold.',
    )
    const limited = refuse({ code: 'FOK_NOT_FILLABLE', details: { fillable: '0' } }, { limitPrice: '184.00' })
    expect(limited.text).toBe('Nobody sells NOVA at your price now. Nothing was bought.')
    expect(labels(limited)).toEqual([])
  })

  test('fill or kill: the quantity that could fill', () => {
    const receipt = refuse({ code: 'FOK_NOT_FILLABLE', details: { fillable: '430' } }, { qty: '900' })
    expect(receipt.text).toBe('Only 430 of 900 are on offer up to your price. Nothing was bought.')
    expect(labels(receipt)).toEqual(['Buy 430 NOVA'])
  })

  test('more than the position: how much is bound, and how much is free', () => {
    const receipt = refuse({ code: 'INSUFFICIENT_POSITION', details: { required: '400', available: '120' } }, SALE)
    expect(receipt.text).toBe('You hold 320 NOVA, and open orders bind 200 of them. Nothing was sold.')
    expect(labels(receipt)).toEqual(['Sell 120 NOVA'])
  })

  test('open orders bind the whole position: leads to those orders', () => {
    const receipt = refuse({ code: 'INSUFFICIENT_POSITION', details: { required: '400', available: '0' } }, SALE)
    expect(receipt.waysOn).toEqual([{ label: 'View', do: 'view', list: 'orders' }])
  })

  test('no position: the other side, and margin for a short sale', () => {
    const none = refuse({ code: 'INSUFFICIENT_POSITION' }, SALE, { held: '0' })
    expect(none.text).toBe('You hold no NOVA. Nothing was sold.')
    expect(labels(none)).toEqual(['Buy instead', 'Margin and short selling'])
    const never = refuse({ code: 'INSUFFICIENT_POSITION' }, SALE, { held: '0', isShortable: false })
    expect(labels(never)).toEqual(['Buy instead'])
  })

  test('an invalid field: by its name on screen', () => {
    const most = { code: 'INVALID', field: 'qty', details: { rule: 'max', expected: 'at most 1000000' } } as const
    expect(refuse(most).text).toBe('Quantity is at most 1,000,000. Nothing was bought.')
    const step = { code: 'INVALID', field: 'limitPrice', details: { rule: 'tick', expected: 'a multiple of 0.02' } }
    expect(refuse(step as Partial<WireError>).text).toBe('Limit price goes in steps of 0.02. Nothing was bought.')
  })

  test('a refused change or preview only says why', () => {
    const error = { code: 'INSUFFICIENT_FUNDS', details: { required: '22127.06', available: '18204.75' } } as const
    const needs = 'It needs $22,127.06 and you have $18,204.75.'
    expect(refuse(error, {}, { deed: 'change' })).toMatchObject({ title: 'Order not changed', text: needs })
    expect(refuse(error, {}, { deed: 'try' })).toMatchObject({ title: 'Would be refused', text: needs })
    expect(refuse({ code: 'PRICE_BAND' }, { limitPrice: '203.90' }, { deed: 'try' }).text).toBe(
      '203.90 is more than 5% above the middle of the market.',
    )
  })

  test('a closed order: since when', () => {
    const order = { status: 'filled', updatedAt: Date.UTC(2026, 10, 12, 14, 32, 17) }
    const receipt = refuse({ code: 'ORDER_CLOSED', order } as Partial<WireError>)
    expect(receipt.text).toBe('Too late: this order filled at 14:32:17.')
    expect(receipt.waysOn).toEqual([{ label: 'View', do: 'view', list: 'fills' }])
  })

  test('reduce only: what it can reduce', () => {
    const receipt = refuse({ code: 'REDUCE_ONLY_WOULD_INCREASE', details: { maxQty: '320' } }, SALE)
    expect(receipt.text).toBe("You hold 320; reduce only can't sell 400. Nothing was sold.")
    expect(labels(receipt)).toEqual(['Sell 320 NOVA', 'Without reduce only'])
    expect(refuse({ code: 'REDUCE_ONLY_WOULD_INCREASE' }, SALE).text).toBe(
      'There is no NOVA that this could reduce. Nothing was sold.',
    )
  })

  test('a short sale: needs margin, and an instrument that can be shorted', () => {
    expect(labels(refuse({ code: 'SHORT_NOT_ALLOWED' }, SALE))).toEqual(['Margin and short selling'])
    expect(refuse({ code: 'SHORT_NOT_ALLOWED' }, SALE, { isMargin: true }).text).toBe(
      "NOVA can't be sold short. Nothing was sold.",
    )
  })

  test('a stop that has been reached: a market order', () => {
    const stop = { type: 'stop', stopPrice: '184.00', limitPrice: undefined } as const
    const receipt = refuse({ code: 'STOP_WOULD_TRIGGER', details: { last: '184.32' } }, stop)
    expect(receipt.text).toBe('The market has reached 184.00 already: the last trade was at 184.32. Nothing is held.')
    expect(labels(receipt)).toEqual(['Buy at market'])
  })

  test('too small: the minimum', () => {
    const receipt = refuse({ code: 'MIN_NOTIONAL', details: { minNotional: '500.00' } }, { qty: '1' })
    expect(receipt.text).toBe('An order in NOVA is worth at least $500.00. Nothing was bought.')
    expect(labels(receipt)).toEqual(['Use 3 NOVA'])
  })

  test('closed: until when', () => {
    expect(refuse({ code: 'MARKET_CLOSED' }).text).toBe(
      'NOVA is closed until 14:30 UTC. Orders can be cancelled, not placed.',
    )
  })

  test('suggests nothing that is not possible', () => {
    expect(refuse({ code: 'NO_LIQUIDITY' }).waysOn).toEqual([])
  })

  test.each(ERROR_CODES)('%s is worded as a sentence, never as its code', (code) => {
    const { text } = refuse({ code })
    expect(text).toMatch(/\.$/)
    expect(text).not.toContain(code)
  })
})
