import { describe, expect, test } from 'vitest'
import { PLANTS } from './planted/plants.ts'
import { findPlant, runSeeds } from './run-seeds.ts'
import type { SeedEnd } from './worker.ts'

const HISTORIES = 5_000
/** A bug that is planted must show within so many, or the simulation is too weak. */
const PLANT_HISTORIES_MAX = 2_000
const MINUTES = 60_000

async function endsOf(range: { from: number; count: number }): Promise<ReadonlyMap<number, SeedEnd>> {
  const ends = new Map<number, SeedEnd>()
  await runSeeds(range, (end) => void ends.set(end.seed, end))
  return ends
}

describe('the simulation', () => {
  test('lives through the same history twice where the seed is the same', { timeout: 5 * MINUTES }, async () => {
    const range = { from: 1, count: 40 }
    const [first, second] = [await endsOf(range), await endsOf(range)]
    const hashes = (ends: typeof first) => [...ends.values()].sort((a, b) => a.seed - b.seed).map(({ hash }) => hash)
    expect(hashes(first)).toEqual(hashes(second))
    expect(new Set(hashes(first)).size).toBe(range.count)
  })

  test(`finds no promise broken in ${HISTORIES} histories`, { timeout: 20 * MINUTES }, async () => {
    const ends = await endsOf({ from: 1, count: HISTORIES })
    const broken = [...ends.values()].filter(({ violations }) => violations.length > 0)
    // Each is lived through again by: npm run sim -- --seed N
    expect(broken.map(({ seed, violations }) => ({ seed, violation: violations[0] }))).toEqual([])
    expect(ends.size).toBe(HISTORIES)
  })

  test.each(Object.keys(PLANTS))('finds that %s', { timeout: 20 * MINUTES }, async (plant) => {
    expect(await findPlant(plant, PLANT_HISTORIES_MAX)).toBeDefined()
  })
})
