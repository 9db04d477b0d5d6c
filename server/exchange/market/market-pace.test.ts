import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MarketPace } from './market-pace.ts'

describe('the pace of the market', () => {
  it('follows the clock', () => {
    const pace = new MarketPace({ wallMs: 10_000, marketMs: 9_000 })
    expect(pace.dueMs(10_000)).toBe(10_000)
    expect(pace.untilMs(10_050, 10_020)).toBe(30)
    expect(pace.dueMs(10_050)).toBe(10_050)
    expect(pace.dueMs(70_000)).toBe(70_000)
  })

  it('is half as fast after the clock was set back, until it catches up', () => {
    const pace = new MarketPace({ wallMs: 10_000, marketMs: 10_000 })
    expect(pace.dueMs(4_000)).toBe(10_000)
    expect(pace.untilMs(10_050, 4_000)).toBe(100)
    expect(pace.dueMs(4_100)).toBe(10_050)
    expect(pace.dueMs(15_900)).toBe(15_950)
    // The clock catches up before half the pace would take it there.
    expect(pace.untilMs(16_050, 15_990)).toBe(60)
    expect(pace.dueMs(16_000)).toBe(16_000)
    expect(pace.dueMs(16_050)).toBe(16_050)
  })

  it('starts at half speed when the market is ahead of the clock', () => {
    const pace = new MarketPace({ wallMs: 5_000, marketMs: 6_000 })
    expect(pace.dueMs(5_200)).toBe(6_100)
  })

  it('never goes back, never lags behind the clock, and keeps its predictions', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10_000, max: 1_000 }), { maxLength: 40 }), (leaps) => {
        const pace = new MarketPace({ wallMs: 0, marketMs: 0 })
        let [wallMs, before] = [0, 0]
        for (const leap of leaps) {
          wallMs += leap
          const dueMs = pace.dueMs(wallMs)
          expect(dueMs).toBeGreaterThanOrEqual(Math.max(before, wallMs))
          const waitMs = pace.untilMs(dueMs + 50, wallMs)
          expect(waitMs).toBeGreaterThan(0)
          wallMs += waitMs
          before = pace.dueMs(wallMs)
          expect(before).toBeCloseTo(dueMs + 50, 6)
        }
      }),
    )
  })
})
