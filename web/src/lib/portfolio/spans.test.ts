import type { EquityPoint } from '@valiant/shared/protocol/account'
import { expect, test } from 'vitest'
import { intervalMs } from '#lib/chart/intervals.ts'
import { type AskEquity, readCurve } from './spans.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const NOW = 100 * DAY_MS + 15 * 60 * MINUTE_MS

/** An exchange with these samples, which returns the last of each interval. */
const sampled =
  (...samples: EquityPoint[]): AskEquity =>
  ({ from = 0, to = Infinity, interval = '1m' }) => {
    const step = intervalMs(interval)
    const within = samples.filter(([time]) => time >= from && time < to)
    const isLast = (sample: EquityPoint, next: EquityPoint | undefined) =>
      !next || Math.floor(next[0] / step) > Math.floor(sample[0] / step)
    return Promise.resolve(within.filter((sample, index) => isLast(sample, within[index + 1])))
  }
const at = (timeMs: number, equity: string): EquityPoint => [timeMs, equity, equity]

test('an account opened today has its whole history in every span, from its first sample', async () => {
  const first = at(NOW - 14 * 60 * MINUTE_MS, '100000.00')
  const ask = sampled(first, at(first[0] + 10_000, '99990.00'), at(NOW - MINUTE_MS, '100010.00'))
  for (const span of ['1M', 'All'] as const) {
    const curve = await readCurve(ask, { span, nowMs: NOW })
    expect(curve.points[0]).toEqual(first)
    expect(curve.points.at(-1)?.[1]).toBe('100010.00')
    expect(curve.stepMs).toBe(5 * MINUTE_MS)
    expect(curve.dayBase).toEqual(first)
  }
})

test('the younger an account, the finer its curve', async () => {
  const first = at(NOW - 90 * MINUTE_MS + 20_000, '100000.00')
  const ask = sampled(first, at(NOW - 40 * MINUTE_MS, '99990.00'), at(NOW - MINUTE_MS, '100010.00'))
  const curve = await readCurve(ask, { span: '3M', nowMs: NOW })
  expect(curve).toMatchObject({ stepMs: MINUTE_MS, dayBase: first })
  expect(curve.points.map(([, equity]) => equity)).toEqual(['100000.00', '99990.00', '100010.00'])
})

test('a day starts with the last value of the day before', async () => {
  const yesterday = at(100 * DAY_MS - MINUTE_MS, '101.00')
  const ask = sampled(at(98 * DAY_MS, '100.00'), yesterday, at(NOW - MINUTE_MS, '104.00'))
  const curve = await readCurve(ask, { span: '1D', nowMs: NOW })
  expect(curve.dayBase).toEqual(yesterday)
  expect(curve.points.map(([, equity]) => equity)).toEqual(['101.00', '104.00'])
})

test('samples before a reset are not shown', async () => {
  const ask = sampled(at(NOW - 3 * DAY_MS, '5.00'), at(NOW - DAY_MS, '100.00'), at(NOW - MINUTE_MS, '101.00'))
  const curve = await readCurve(ask, { span: 'All', nowMs: NOW, sinceMs: NOW - DAY_MS })
  expect(curve.points.map(([, equity]) => equity)).toEqual(['100.00', '101.00'])
})

test('an account without a sample has no curve yet', async () => {
  expect(await readCurve(sampled(), { span: '1M', nowMs: NOW })).toMatchObject({ points: [], dayBase: undefined })
})
