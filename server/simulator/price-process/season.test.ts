import { describe, expect, test } from 'vitest'
import { seasonAt } from './season.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describe('the season', () => {
  test.each(['equity', 'currency', 'coin'] as const)('of %s has a mean of one and repeats each day', (assetClass) => {
    let sum = 0
    for (let minute = 0; minute < 1440; minute++) sum += seasonAt(assetClass, minute * 60_000)
    expect(sum / 1440).toBeCloseTo(1, 12)
    expect(seasonAt(assetClass, 20_000 * DAY_MS + 15 * HOUR_MS)).toBe(seasonAt(assetClass, 15 * HOUR_MS))
  })

  test('of shares is U-shaped between 13:30 and 20:00, and low outside', () => {
    const at = (hour: number) => seasonAt('equity', hour * HOUR_MS)
    expect(at(13.5)).toBeGreaterThan(at(16.75))
    expect(at(19.95)).toBeGreaterThan(at(16.75))
    expect(at(16.75)).toBeGreaterThan(2 * at(23))
  })
})
