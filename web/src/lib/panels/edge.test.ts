import { expect, test } from 'vitest'
import { sizeAfterKey, sizeWithin } from './edge.ts'

const edge = { px: 300, minPx: 200, maxPx: 310 }

test('arrows move an edge by 16 pixels, Home and End to its ends', () => {
  const upright = ['ArrowLeft', 'ArrowRight', 'Home', 'End', 'ArrowUp', 'Enter'].map((key) =>
    sizeAfterKey(key, true, edge),
  )
  expect(upright).toEqual([310, 284, 200, 310, undefined, undefined])
  const lying = ['ArrowUp', 'ArrowDown', 'ArrowLeft'].map((key) => sizeAfterKey(key, false, edge))
  expect(lying).toEqual([310, 284, undefined])
})

test('a panel is never smaller than its least size, though the chart has no room either', () => {
  expect(sizeWithin(150, edge)).toBe(200)
  expect(sizeWithin(400, { ...edge, maxPx: 190 })).toBe(200)
  expect(sizeAfterKey('End', true, { ...edge, maxPx: 190 })).toBe(200)
})
