import { stepOf } from '@valiant/shared/units/decimal'
import { expect, test } from 'vitest'
import { counted } from './parse-quantity.ts'

const price = { name: 'stop price', step: stepOf('0.02') }
const trail = { name: 'trail', step: stepOf('0.01'), unit: '%' }

test('values on the grid are counted in steps', () => {
  expect(counted('184.3', price)).toEqual({ ok: true, steps: 9_215 })
  expect(counted('1,000k', price)).toEqual({ ok: true, steps: 50_000_000 })
})

test.each([
  ['', price, 'Enter a stop price'],
  ['abc', price, 'Enter a stop price'],
  ['0', price, 'Enter a stop price above 0'],
  ['184.31', price, 'Stop price goes in steps of 0.02'],
  ['184.300000001', price, 'Stop price goes in steps of 0.02'],
  ['999,999,999,999.98', price, undefined],
  ['1,000,000,000,000', price, 'Stop price stays below 1,000,000,000,000'],
  ['99999999999999999999', price, 'Stop price stays below 1,000,000,000,000'],
  ['99999999999', { name: 'price', step: stepOf('0.00001') }, 'Price stays below 90,071,992,547'],
  ['0.005', trail, 'Trail goes in steps of 0.01%'],
])('%o is told what was expected: %o', (text, wanted, missing) => {
  expect(counted(text, wanted)).toMatchObject(missing === undefined ? { ok: true } : { ok: false, missing })
})
