import { afterAll, beforeAll, expect, it } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { StartupError } from '../database/startup-error.ts'
import { Bars } from './bars.ts'
import { marketStatuses, seedInstruments, setMarketStatus } from './instruments.ts'

let fresh: FreshDatabase
let database: Database
beforeAll(async () => {
  fresh = await freshDatabase()
  database = await openDatabase({ url: fresh.url, logger: { warn: () => undefined } })
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

it('an instrument keeps its version until its definition changes', async () => {
  const listed = [
    { symbol: 'NOVA', tickSize: '0.02' },
    { symbol: 'VCN-USD', tickSize: '20' },
  ]
  const seed = async (definitions: readonly { symbol: string }[]) =>
    Object.fromEntries(await seedInstruments(database.queries, definitions))
  expect(await seed(listed)).toEqual({ NOVA: 1, 'VCN-USD': 1 })
  expect(await seed(listed)).toEqual({ NOVA: 1, 'VCN-USD': 1 })
  expect(await seed([{ symbol: 'NOVA', tickSize: '0.05' } as { symbol: string }])).toEqual({ NOVA: 2 })
  expect(await seed(listed)).toEqual({ NOVA: 3, 'VCN-USD': 1 })
})

it('an instrument that has prices keeps its tick and its lot', async () => {
  const [share, other] = [{ symbol: 'RBIT', tickSize: '0.01', lotSize: '1' }, { symbol: 'VLNT' }]
  await seedInstruments(database.queries, [share])
  const bar = { openTicks: [1], highTicks: [1], lowTicks: [1], closeTicks: [1], volumeLots: [1] }
  const start = { symbol: ['RBIT'], startAtMs: [Date.UTC(2026, 10, 24)], trades: [1], turnover: [1] }
  await new Bars(database.queries).writeBars('1m', { ...bar, ...start })
  for (const change of [{ tickSize: '0.05' }, { lotSize: '10' }]) {
    const seeding = seedInstruments(database.queries, [other, { ...share, ...change }])
    await expect(seeding).rejects.toBeInstanceOf(StartupError)
    await expect(seeding).rejects.toThrow(/^RBIT is traded in ticks of 0\.01 and lots of 1,/)
  }
  const renamed = { ...share, name: 'Rabbit' }
  expect(await seedInstruments(database.queries, [renamed])).toEqual(new Map([['RBIT', 2]]))
})

it('an operator’s status of an instrument stays when its definition is stored again', async () => {
  const listed = [{ symbol: 'NOVA' }, { symbol: 'VLNT' }]
  await seedInstruments(database.queries, listed)
  expect(await setMarketStatus(database.queries, 'VLNT', 'halted')).toBe(true)
  expect(await setMarketStatus(database.queries, 'NONE', 'halted')).toBe(false)
  await seedInstruments(database.queries, listed)
  const statuses = await marketStatuses(database.queries)
  expect([statuses.get('NOVA'), statuses.get('VLNT')]).toEqual([
    { status: 'open', cancelsOrders: false },
    { status: 'halted', cancelsOrders: false },
  ])
})
