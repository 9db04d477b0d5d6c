import { expect, test } from 'vitest'
import { block, resting, roundTrips, type Schedule, slowly } from './round-trips.ts'
import { mean, variance } from './statistics.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const TRIPS = 40

const SCHEDULES: Readonly<Record<string, Schedule>> = {
  'bought in one and sold at once': [...block(0, 1), ...block(0, -1)],
  'bought in one, held for 5 s, sold in one': [...block(0, 1), ...block(5, -1)],
  'bought in one, held for a minute, sold in one': [...block(0, 1), ...block(MINUTE, -1)],
  'bought over ten minutes, sold in one': [...slowly(0, 10 * MINUTE, 1), ...block(10 * MINUTE, -1)],
  'bought in one, sold over ten minutes': [...block(0, 1), ...slowly(5, 10 * MINUTE + 5, -1)],
  'bought over ten minutes, sold over ten': [...slowly(0, 10 * MINUTE, 1), ...slowly(10 * MINUTE, 20 * MINUTE, -1)],
  'bought over two minutes, sold over two': [...slowly(0, 2 * MINUTE, 1), ...slowly(2 * MINUTE, 4 * MINUTE, -1)],
  'half of it bought over ten minutes, pumped with the rest, dumped': [
    ...slowly(0, 10 * MINUTE, 0.5),
    ...slowly(10 * MINUTE, 10 * MINUTE + 20, 0.5, 1),
    ...block(10 * MINUTE + 20, -1),
  ],
  'bought over two hours, sold in one': [...slowly(0, 2 * HOUR, 1), ...block(2 * HOUR, -1)],
  'bought by resting, pumped with a third, sold by resting': [
    ...resting(0, 0.7),
    ...slowly(2 * MINUTE, 2 * MINUTE + 10, 0.3, 1),
    ...resting(2 * MINUTE + 10, -1),
  ],
}

/** However a price is pushed, to trade back costs more than was gained: docs/market-model.md, 3. */
test.each(Object.entries(SCHEDULES))('a thousandth of a day’s volume, %s, loses', (_, schedule) => {
  const earned = roundTrips({ schedule, dayPart: 0.001, trips: TRIPS, seed: 9, liveness: 0.25 })
  const error = Math.sqrt(variance(earned) / TRIPS)
  expect(mean(earned)).toBeLessThan(-3 * error)
  expect(mean(earned)).toBeGreaterThan(-50)
})
