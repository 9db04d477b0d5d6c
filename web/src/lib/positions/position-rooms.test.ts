import { expect, test } from 'vitest'
import { roomsFor } from './position-rooms.ts'

const row = { name: 'NOVA', qty: '320', value: '$58,976.00', unrealized: '+$12.80', realized: '$0.00' }
const HEAD = 'Realised today'

test('a column keeps its width while its figures are short', () => {
  const rooms = { qty: 8, value: 12, unrealized: 11, realized: HEAD.length + 1, isMedium: false, isSmall: false }
  expect(roomsFor([row], HEAD)).toEqual(rooms)
  expect(roomsFor([row, { ...row, qty: '1,200' }], HEAD)).toEqual(rooms)
})

test('the widest figure of a column, with a digit more, is its width', () => {
  const wide = { ...row, qty: '1,000,000', value: '$184,300,000.00', unrealized: '−$1,843,000.00' }
  expect(roomsFor([row, wide], HEAD)).toMatchObject({ qty: 10, value: 16, unrealized: 15 })
})

test('long figures and names leave room for fewer columns, in small panels first', () => {
  expect(roomsFor([{ ...row, name: 'EUR-USD' }], HEAD)).toMatchObject({ isMedium: false, isSmall: true })
  expect(roomsFor([{ ...row, name: 'EUR-USD', value: '$1,058,976.00' }], HEAD)).toMatchObject({ isMedium: true })
})
