import { beforeAll, describe, expect, test } from 'vitest'
import { PLANTS } from './planted/plants.ts'
import { findPlant, runSeeds, runTask } from './run-seeds.ts'
import type { SeedEnd } from './worker.ts'

const HISTORIES = 2_000
/** One of this many histories is run again. */
const REPEATED_EVERY = 50
/** A planted bug must show within this many histories, or the simulation is too weak. */
const PLANT_HISTORIES_MAX = 2_000
const MINUTES = 60_000

describe('the simulation', () => {
  const ends = new Map<number, SeedEnd>()
  beforeAll(async () => {
    await runSeeds({ from: 1, count: HISTORIES }, (end) => void ends.set(end.seed, end))
  }, 20 * MINUTES)

  test(`finds no violation in ${HISTORIES} histories`, () => {
    const broken = [...ends.values()].filter(({ violations }) => violations.length > 0)
    // To replay one: npm run sim -- --seed N
    expect(broken.map(({ seed, violations }) => ({ seed, violation: violations[0] }))).toEqual([])
    expect(ends.size).toBe(HISTORIES)
    expect(new Set([...ends.values()].map(({ hash }) => hash)).size).toBe(HISTORIES)
  })

  test('has the same history for the same seed, whatever ran before it', { timeout: 5 * MINUTES }, async () => {
    const backwards = { from: HISTORIES, step: -REPEATED_EVERY, count: HISTORIES / REPEATED_EVERY }
    const repeated: SeedEnd[] = []
    await runTask(backwards, (end) => repeated.push(end))
    expect(repeated).toHaveLength(backwards.count)
    expect(repeated.map(({ seed, hash }) => ({ seed, hash }))).toEqual(
      repeated.map(({ seed }) => ({ seed, hash: ends.get(seed)?.hash })),
    )
  })

  test.each(Object.keys(PLANTS))('finds that %s', { timeout: 20 * MINUTES }, async (plant) => {
    expect(await findPlant(plant, PLANT_HISTORIES_MAX)).toBeDefined()
  })
})
