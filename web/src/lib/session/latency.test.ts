import { expect, test } from 'vitest'
import { LATENCY_WINDOW_MS, latencyBars, latencyFigures, type LatencySample, withSample } from './latency.ts'

const every5s = (...latencies: number[]): LatencySample[] =>
  latencies.map((latencyMs, index) => ({ atMs: 1_000_000 + index * 5_000, latencyMs }))
const box = { nowMs: 1_000_000 + LATENCY_WINDOW_MS / 2, slowFromMs: 250, width: 200, height: 40 }

test('half of the measurements are at most the p50, and none exceeds the worst', () => {
  expect(latencyFigures(every5s(9, 300, 7, 8))).toEqual({ p50Ms: 8, worstMs: 300 })
  expect(latencyFigures(every5s(12))).toEqual({ p50Ms: 12, worstMs: 12 })
  expect(latencyFigures([])).toBeUndefined()
})

test('measurements older than the window are dropped when another is added', () => {
  const old = every5s(7, 8)
  const atMs = 1_000_000 + LATENCY_WINDOW_MS
  expect(withSample(old, { atMs, latencyMs: 9 }).map(({ latencyMs }) => latencyMs)).toEqual([8, 9])
})

test('a measurement is drawn at its time with its latency as the height, and marked if it is slow', () => {
  const [first, second] = latencyBars(every5s(500, 125), box)
  expect(first).toEqual({ atMs: 1_000_000, x: 100, height: 40, isSlow: true })
  expect(second).toMatchObject({ height: 10, isSlow: false })
  expect(second?.x).toBeCloseTo(100 + (200 * 5_000) / LATENCY_WINDOW_MS)
})

test('a fast connection is drawn low, but visible', () => {
  expect(latencyBars(every5s(10, 1), box).map(({ height }) => height)).toEqual([8, 2])
})

test('without measurements the drawing scrolls on and empties', () => {
  expect(latencyBars(every5s(10), { ...box, nowMs: 1_000_000 + LATENCY_WINDOW_MS })).toEqual([])
})
