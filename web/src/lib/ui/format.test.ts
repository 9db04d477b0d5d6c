import { stepOf } from '@valiant/shared/units/decimal'
import { describe, expect, it } from 'vitest'
import {
  age,
  basisPoints,
  compact,
  grouped,
  moment,
  money,
  price,
  priceOfTicks,
  quantity,
  signedMoney,
  signedPercent,
  toneOf,
} from './format.ts'

describe('numbers as the screens write them', () => {
  it('groups thousands and writes a true minus', () => {
    expect(['1234567.50', '-1234', '999'].map(grouped)).toEqual(['1,234,567.50', '−1,234', '999'])
  })

  it('gives a price exactly the decimals of its tick', () => {
    expect(price('64220', stepOf('20'))).toBe('64,220')
    expect(price('1.0842', stepOf('0.00005'))).toBe('1.08420')
    expect(priceOfTicks(9216, stepOf('0.02'))).toBe('184.32')
    expect(priceOfTicks(0, stepOf('0.02'))).toBe('–')
  })

  it('signs profit and loss before the dollar, and zero not at all', () => {
    expect(['912', '-230.38', '0', '-0.001'].map(signedMoney)).toEqual(['+$912.00', '−$230.38', '$0.00', '$0.00'])
    expect([2.41, -6.13, 0].map(signedPercent)).toEqual(['+2.41%', '−6.13%', '0.00%'])
    expect(money('-5')).toBe('−$5.00')
    expect(['1', '-1', '0'].map(toneOf)).toEqual(['up', 'down', ''])
  })

  it('shortens volume only to K, M and B', () => {
    expect([863, 28_400, 4_820_000, 888_670_000, 999_999, 1.2e9].map(compact)).toEqual([
      '863',
      '28.4K',
      '4.82M',
      '888.67M',
      '1.00M',
      '1.20B',
    ])
  })

  it('shows what is missing as an en dash', () => {
    expect([money(undefined), signedPercent(null), quantity(undefined, stepOf('1')), basisPoints(undefined)]).toEqual(
      Array(4).fill('–'),
    )
  })

  it('says ages and times', () => {
    expect([6_900, 250_000, 11_520_000, 266_400_000].map(age)).toEqual(['6 s', '4 min', '3 h 12 min', '3 d 2 h'])
    const now = Date.UTC(2026, 10, 13, 14, 32, 18)
    expect(moment(now, now)).toBe('14:32:18')
    expect(moment(now - 86_400_000, now)).toBe('12 Nov 14:32')
  })
})
