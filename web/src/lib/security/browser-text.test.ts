import { expect, test } from 'vitest'
import { browserWords, usedWords } from './browser-text.ts'

const MOZILLA = 'Mozilla/5.0'
const AGENTS = [
  [`${MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'Firefox on Windows'],
  [
    `${MOZILLA} (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`,
    'Edge on Windows',
  ],
  [
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15`,
    'Safari on Mac',
  ],
  [
    `${MOZILLA} (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1`,
    'Chrome on iPhone',
  ],
  [
    `${MOZILLA} (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36`,
    'Chrome on Android',
  ],
  [
    `${MOZILLA} (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`,
    'Chrome on Linux',
  ],
  ['curl/8.5.0', 'Another program'],
  ['', 'Unknown'],
] as const

test.each(AGENTS)('%s', (agent, words) => {
  expect(browserWords(agent)).toBe(words)
})

test('when it was used is said to the hour, then to the day', () => {
  const HOUR_MS = 3_600_000
  expect([-1, 0.9, 1, 23.9, 24, 49].map((hours) => usedWords(hours * HOUR_MS))).toEqual([
    ...['In the last hour', 'In the last hour', '1 h ago', '23 h ago', '1 d ago', '2 d ago'],
  ])
})
