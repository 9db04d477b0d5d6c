import { stepOf } from '@valiant/shared/units/decimal'
import { expect, test } from 'vitest'
import { equityCentsOf, holdingOf } from './holding.ts'

const position = {
  symbol: 'NOVA',
  qty: '3',
  avgPrice: '100.000000',
  markPrice: '101.000000',
  value: '303.00',
  realizedPnl: '-1.50',
  unrealizedPnl: '3.00',
}
const at = (bidTicks: number, askTicks: number, lastTicks = bidTicks) => ({
  tick: stepOf('0.01'),
  touch: { bidTicks, askTicks, lastTicks },
})

test('a position is worth its quantity at the mid, half a cent rounded up', () => {
  expect(holdingOf(position, at(10_000, 10_001))).toEqual({
    symbol: 'NOVA',
    qty: '3',
    valueCents: 30_002n,
    realizedCents: -150n,
    unrealizedCents: 2n,
  })
})

test('a short has a negative value, rounded by size like a long', () => {
  const short = { ...position, qty: '-3', value: '-303.00', unrealizedPnl: '-3.00' }
  expect(holdingOf(short, at(10_000, 10_001))).toMatchObject({ valueCents: -30_002n, unrealizedCents: -2n })
})

test('fractions of a unit count to the last decimal', () => {
  const part = { ...position, qty: '0.0015', value: '96.33', unrealizedPnl: '0.00' }
  expect(holdingOf(part, at(6_421_850, 6_421_850)).valueCents).toBe(9_633n)
})

test('with one side of the book empty the last price is used, and without a market the value from the exchange', () => {
  expect(holdingOf(position, at(0, 10_500, 10_200)).valueCents).toBe(30_600n)
  expect(holdingOf(position, { tick: stepOf('0.01'), touch: undefined })).toMatchObject({
    valueCents: 30_300n,
    unrealizedCents: 300n,
  })
})

test('equity is cash plus each position rounded to the cent: two half cents add one, or take one for shorts', () => {
  const one = holdingOf({ ...position, qty: '1' }, at(10_000, 10_001))
  const short = holdingOf({ ...position, qty: '-1', value: '-101.00' }, at(10_000, 10_001))
  expect(equityCentsOf('99800.00', [one, one])).toBe(10_000_002n)
  expect(equityCentsOf('100200.00', [short, short])).toBe(9_999_998n)
  expect(equityCentsOf('100000.00', [])).toBe(10_000_000n)
})
