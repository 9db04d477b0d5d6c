import { expect, test } from 'vitest'
import { closingSide, openingSide, sizeOf, totalsOf } from './position-figures.ts'

test.each([
  { qty: '320', size: '320', opened: 'buy', closes: 'sell' },
  { qty: '-0.5', size: '0.5', opened: 'sell', closes: 'buy' },
])('a position of $qty was opened by a $opened and closes with a $closes', ({ qty, size, opened, closes }) => {
  expect([sizeOf({ qty }), openingSide({ qty }), closingSide({ qty })]).toEqual([size, opened, closes])
})

test('long and short positions add up to the gross value, and offset each other in the net exposure', () => {
  const [long, short] = [
    { value: 900, unrealized: 12 },
    { value: -400, unrealized: -20 },
  ]
  expect(totalsOf([long, short])).toEqual({ gross: 1_300, net: 500, unrealized: -8 })
  expect(totalsOf([])).toEqual({ gross: 0, net: 0, unrealized: 0 })
})
