import { expect, test } from 'vitest'
import { lookFrom } from './chart-look.ts'

test('a stored look is read as it was written', () => {
  const look = { style: 'bars', hasAverages: false, hasRsi: true }
  expect(lookFrom(JSON.parse(JSON.stringify(look)))).toEqual(look)
  expect(lookFrom({ hasRsi: false })).toEqual({ hasRsi: false })
})

test('invalid stored values are ignored', () => {
  expect(lookFrom({ style: 'renko', hasAverages: 'yes', hasRsi: 1, other: true })).toEqual({})
  for (const none of [undefined, null, 'bars', 7, []]) expect(lookFrom(none)).toEqual({})
})
