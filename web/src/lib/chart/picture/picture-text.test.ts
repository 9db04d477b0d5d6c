import { expect, test } from 'vitest'
import { pictureWords } from './picture-text.ts'

const NOW_MS = Date.UTC(2026, 10, 27, 4, 5, 59)

test('a picture and its file name say what it shows and when', () => {
  const words = pictureWords({
    name: 'EUR/USD',
    interval: '15m',
    candle: [NOW_MS, '1.08410', '1.08500', '1.08390', '1.08412', '12000', 7],
    nowMs: NOW_MS,
  })
  expect(words).toEqual({
    title: 'EUR/USD, 15m',
    bar: 'O 1.08410  H 1.08500  L 1.08390  C 1.08412',
    moment: '2026-11-27 04:05 UTC',
    file: 'EUR-USD-15m-2026-11-27-0405.png',
  })
})

test('before the first bar its text is empty', () => {
  expect(pictureWords({ name: 'NOVA', interval: '1m', candle: undefined, nowMs: NOW_MS }).bar).toBe('')
})
