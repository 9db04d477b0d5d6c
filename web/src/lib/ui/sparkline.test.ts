import { expect, it } from 'vitest'
import { sparklinePaths } from './sparkline.ts'

const box = { width: 100, height: 20, pad: 2 }

it('draws the highest close at the top and the lowest at the foot, inside the padding', () => {
  expect(sparklinePaths([1, 3, 2], box)).toEqual({
    line: 'M0 18L50 2L100 10',
    area: 'M0 18L50 2L100 10L100 18L0 18Z',
    baseY: 18,
  })
})

it('draws a silent day as a flat line in the middle', () => {
  expect(sparklinePaths([5, 5], box)?.line).toBe('M0 10L100 10')
})

it('draws nothing of a single close', () => {
  expect(sparklinePaths([5], box)).toBeUndefined()
})
