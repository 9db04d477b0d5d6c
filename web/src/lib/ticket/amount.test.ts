import { expect, test } from 'vitest'
import { moneyOfCents, rounded } from './amount.ts'

test('money has a dollar sign, two decimals, and the sign in front', () => {
  expect(moneyOfCents(1_529_690)).toBe('$15,296.90')
  expect(moneyOfCents(-5n)).toBe('−$0.05')
  expect(moneyOfCents(9_007_199_254_740_993_01n)).toBe('$9,007,199,254,740,993.01')
})

test('an average is rounded half up to the tick’s decimals', () => {
  expect(rounded('181.474500', 2)).toBe('181.47')
  expect(rounded('181.475000', 2)).toBe('181.48')
  expect(rounded('-1.0050', 2)).toBe('-1.01')
  expect(rounded('64220', 0)).toBe('64220')
})
