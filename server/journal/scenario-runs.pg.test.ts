import { expect, test } from 'vitest'
import { seedInstruments } from './instruments.ts'
import { journalForEach } from './journal.fixture.ts'
import { ScenarioRuns } from './scenario-runs.ts'

const at = journalForEach()
const FROM_MS = 1_790_000_000_000

test('each instrument has the scenario played last, from its start until it is ended', async () => {
  const { queries } = at.database
  await seedInstruments(queries, [{ symbol: 'NOVA' }, { symbol: 'VLNT' }])
  const runs = new ScenarioRuns(queries)
  expect(await runs.list()).toEqual([])
  const begun = await runs.play(['NOVA', 'VLNT', 'NOPE'], 'drought', FROM_MS)
  expect(begun.map(({ symbol }) => symbol).toSorted()).toEqual(['NOVA', 'VLNT'])
  const beforeMs = Date.now()
  const [now] = await runs.play(['NOVA'], 'trend', undefined)
  expect(now?.fromMs).toBeGreaterThanOrEqual(beforeMs - 1_000)
  expect(now?.fromMs).toBeLessThanOrEqual(Date.now() + 1_000)
  expect(await runs.list()).toEqual([
    { symbol: 'NOVA', name: 'trend', fromMs: now?.fromMs },
    { symbol: 'VLNT', name: 'drought', fromMs: FROM_MS },
  ])
  expect(await runs.end(['NOVA', 'VLNT', 'NOPE'])).toHaveLength(2)
  expect(await runs.end(['NOVA'])).toEqual([])
  expect(await runs.list()).toEqual([])
})
