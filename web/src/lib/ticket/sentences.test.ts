import { DEFAULT, type TradingChoice } from '#lib/trading/trading-choice.ts'
import { describe, expect, test } from 'vitest'
import type { OrderContent } from './draft.ts'
import { asksAgain, confirmationOf, sentenceOf } from './sentences.ts'

const content: OrderContent = { symbol: 'NOVA', side: 'buy', type: 'limit', qty: '120', limitPrice: '184.40' }
const sale: OrderContent = { symbol: 'NOVA', side: 'sell', type: 'market', qty: '1200' }

describe('the send button', () => {
  test('states the action in full', () => {
    expect(sentenceOf(content, 'NOVA')).toBe('Buy 120 NOVA at 184.40')
    expect(sentenceOf(sale, 'NOVA')).toBe('Sell 1,200 NOVA at market')
    expect(sentenceOf({ ...sale, type: 'stop', stopPrice: '180.50' }, 'NOVA')).toBe('Sell 1,200 NOVA from 180.50')
    expect(sentenceOf({ ...content, type: 'stop_limit', stopPrice: '185.00' }, 'NOVA')).toBe(
      'Buy 120 NOVA from 185.00 at 184.40',
    )
    expect(sentenceOf({ ...sale, type: 'trailing_stop', trailPercent: '2.50' }, 'NOVA')).toBe(
      'Sell 1,200 NOVA trailing 2.5%',
    )
  })

  test('of an order in dollars says the dollars', () => {
    const notional: OrderContent = { symbol: 'NOVA', side: 'buy', type: 'market', notional: '1000.00' }
    expect(sentenceOf(notional, 'NOVA')).toBe('Buy $1,000.00 of NOVA at market')
    expect(confirmationOf(notional, 'NOVA', { valueCents: 99_900n })).toBe('Confirm: buy $1,000.00 of NOVA')
  })

  test('says so when a sale opens a short, or part of it does', () => {
    expect(sentenceOf(sale, 'NOVA', { shortQty: '1200', isWhole: true })).toBe('Sell short 1,200 NOVA at market')
    expect(sentenceOf(sale, 'NOVA', { shortQty: '200', isWhole: false })).toBe('Sell 1,200 NOVA at market, 200 short')
    expect(confirmationOf(sale, 'NOVA', { valueCents: 100n, shorting: { shortQty: '1200', isWhole: true } })).toBe(
      'Confirm: sell short 1,200 NOVA, $1.00',
    )
  })

  test('asks for confirmation above $10,000, or when a market order would slip by more than 1%', () => {
    expect(confirmationOf({ ...content, qty: '83' }, 'NOVA', { valueCents: 1_529_690n })).toBe(
      'Confirm: buy 83 NOVA, $15,296.90',
    )
    const asks = (
      type: 'limit' | 'market',
      valueCents: bigint,
      slippageBps: number,
      choice: Partial<TradingChoice> = {},
    ) => asksAgain({ type, valueCents, slippageBps }, { ...DEFAULT, ...choice })
    expect(asks('limit', 1_000_000n, 0)).toBe(false)
    expect(asks('limit', 1_000_001n, 0)).toBe(true)
    expect(asks('market', 100n, 101)).toBe(true)
    expect(asks('limit', 100n, 101)).toBe(false)
    expect(asks('limit', 1_000_001n, 0, { askAbove: 100_000 })).toBe(false)
    expect(asks('limit', 10_000_001n, 0, { askAbove: 100_000 })).toBe(true)
    expect(asks('market', 10_000_001n, 101, { isOneClick: true })).toBe(false)
  })
})
