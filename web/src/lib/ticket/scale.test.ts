import { describe, expect, test } from 'vitest'
import { centsOf, scaleOf } from './scale.ts'

describe('the grid of an instrument', () => {
  const nova = scaleOf({ tickSize: '0.02', lotSize: '1' })
  const coin = scaleOf({ tickSize: '20', lotSize: '0.001' })

  test('counts prices in ticks and writes them with the tick’s decimals', () => {
    expect(nova.ticks('184.32')).toBe(9216)
    expect(nova.price(9216)).toBe('184.32')
    expect(coin.price(3211)).toBe('64220')
  })

  test('a price between two ticks is not valid', () => {
    expect(nova.ticks('184.33')).toBeUndefined()
    expect(nova.ticks('abc')).toBeUndefined()
  })

  test('a short position has negative lots, and a value below zero', () => {
    expect(nova.lots('-240')).toBe(-240)
    expect(nova.valueCents(9216, -240)).toBe(-4_423_680n)
  })

  test('values are exact cents', () => {
    expect(nova.valueCents(9215, 83)).toBe(1_529_690n)
    expect(coin.valueCents(3211, 250)).toBe(1_605_500n)
  })

  test('money in wire format may be negative', () => {
    expect(centsOf('-230.38')).toBe(-23_038)
    expect(centsOf('0.00')).toBe(0)
  })
})
