import { expect, test } from 'vitest'
import { percentFrom, stakeOf } from './exits.ts'
import { scaleOf } from './scale.ts'

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const long = { side: 'buy', lots: 83, entryTicks: 9215, takeProfitTicks: 9400, stopLossTicks: 9025 } as const

test('the money at risk is exact, and the ratio is profit per dollar of loss', () => {
  // 188.00 − 184.30 = 3.70, × 83; 184.30 − 180.50 = 3.80, × 83
  const stake = stakeOf(long, scale)
  expect(stake).toMatchObject({ profitCents: 30_710n, lossCents: -31_540n })
  expect(stake.ratio?.toFixed(2)).toBe('0.97')
})

test('a sale has profit below and loss above', () => {
  const short = { ...long, side: 'sell', takeProfitTicks: 9025, stopLossTicks: 9400 } as const
  expect(stakeOf(short, scale)).toMatchObject({ profitCents: 31_540n, lossCents: -30_710n })
})

test('an exit on the wrong side of its entry has no profit or loss', () => {
  const stake = stakeOf({ ...long, takeProfitTicks: 9025, stopLossTicks: 9400 }, scale)
  expect(stake).toEqual({ profitCents: undefined, lossCents: undefined, ratio: undefined })
})

test('one exit alone has no ratio', () => {
  expect(stakeOf({ ...long, stopLossTicks: undefined }, scale)).toEqual({
    profitCents: 30_710n,
    lossCents: undefined,
    ratio: undefined,
  })
})

test('the distance of an exit is a percentage of the entry', () => {
  expect(percentFrom(9215, 9400)?.toFixed(2)).toBe('2.01')
  expect(percentFrom(9215, 9025)?.toFixed(2)).toBe('-2.06')
  expect(percentFrom(0, 9025)).toBeUndefined()
})
