import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../database/database.ts'
import { readInstruments } from '../../instruments.ts'
import { systemClock } from '../clock.ts'
import { ExchangeRig, good } from '../exchange.fixture.ts'
import { Exchange } from '../exchange.ts'

const INSTRUMENTS = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url))).slice(0, 2)

/** A second exchange that stands by on the database and buses of the rig, whose own exchange leads. */
class Second implements AsyncDisposable {
  readonly logged: string[] = []
  readonly database: Database
  readonly exchange: Exchange

  private constructor(rig: ExchangeRig, database: Database) {
    this.database = database
    const log = pino(
      { level: 'info' },
      { write: (line: string) => void this.logged.push((JSON.parse(line) as { msg: string }).msg) },
    )
    this.exchange = Exchange.start({
      ...{ database, bus: rig.bus, broadcast: rig.broadcast, instruments: INSTRUMENTS, clock: systemClock, log },
      ...{ holder: 'second', seed: 7, historyDays: 1, liveness: 0.25, maxOpenOrdersPerInstrument: 200 },
      rates: { ordersPerSecond: 1_000, ordersBurst: 1_000 },
    })
  }

  static async standingBy(rig: ExchangeRig): Promise<Second> {
    const second = new Second(rig, await openDatabase({ url: rig.url, logger: pino({ level: 'silent' }) }))
    await expect.poll(() => second.isAnnounced()).toBe(true)
    return second
  }

  /** Whether a leader would hand over to it. */
  async isAnnounced(): Promise<boolean> {
    const { n } = await this.database.queries.one<{ n: bigint }>(
      `SELECT count(*) AS n FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE locktype = 'advisory' AND classid = 44 AND datname = current_database()`,
    )
    return n === 1n
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.exchange[Symbol.asyncDispose]()
    await this.database[Symbol.asyncDispose]()
  }
}

let rig: ExchangeRig
beforeEach(async () => {
  rig = await ExchangeRig.open()
})
afterEach(() => rig.close())

/** A replaced leader is no longer heard. */
function expectEpochsToRise(): void {
  for (const epochs of [
    rig.marketFrames.map(({ epoch }) => epoch),
    rig.accountFrames.map(({ frame }) => frame.epoch),
    rig.statuses.map(({ epoch }) => epoch),
  ]) {
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
  }
}

/** The epochs that answered orders, and how many each. */
const ordersByEpoch = () =>
  rig.sql<{ epoch: number; n: number }>(
    `SELECT epoch::int, count(*)::int AS n FROM command_result JOIN journal_batch USING (batch)
     WHERE command_id LIKE 'o:%' GROUP BY epoch ORDER BY epoch`,
  )

test('a leader that shuts down hands over: each order sent meanwhile is answered once, the last one by the successor', async () => {
  await using second = await Second.standingBy(rig)
  const account = await rig.openAccount('ann')
  good(await rig.rest(account, 'before'))
  const answers: Promise<unknown>[] = []
  let isHandedOver: boolean | undefined
  let before = 0
  const handOver = (async () => {
    await expect.poll(() => answers.length).toBeGreaterThan(20)
    before = rig.epoch
    isHandedOver = await rig.exchange.handOver()
  })()
  while (isHandedOver === undefined) {
    answers.push(rig.rest(account, `during-${answers.length}`))
    await new Promise(setImmediate)
    if (answers.length % 8 === 0) await answers.at(-1)
  }
  await handOver
  await second.exchange.leading
  answers.push(rig.rest(account, 'after'))
  const given = await Promise.all(answers)
  expect(given.filter((answer) => !(answer as { ok: boolean }).ok)).toEqual([])
  expect(isHandedOver).toBe(true)
  await rig.exchange.ended // it does not stand by again
  const byEpoch = await ordersByEpoch()
  expect(byEpoch.some(({ epoch }) => epoch <= before)).toBe(true)
  expect(byEpoch.some(({ epoch }) => epoch > before)).toBe(true)
  expect(byEpoch.reduce((sum, { n }) => sum + n, 0)).toBe(answers.length + 1)
  expect((await rig.account(account)).openOrders).toHaveLength(answers.length + 1)
  expect(second.logged).toContain('exchange: takes over from what it has followed')
  expect(rig.marketFrames.find(({ epoch }) => epoch > before)?.full).toBe(true)
  expectEpochsToRise()
})

test('without a standby there is no hand-over: the leader continues until it is stopped', async () => {
  const account = await rig.openAccount('ann')
  expect(await rig.exchange.handOver()).toBe(false)
  good(await rig.rest(account, 'after'))
  expect(await ordersByEpoch()).toHaveLength(1)
})

test('when the standby does not take the lead, the leader takes it back', async () => {
  const account = await rig.openAccount('ann')
  // Like a stopped process: its session stays open.
  const frozen = new pg.Client({ connectionString: rig.url })
  await frozen.connect()
  await frozen.query('SELECT pg_advisory_lock_shared(44, 1)')
  const before = rig.epoch
  expect(await rig.exchange.handOver()).toBe(false)
  good(await rig.rest(account, 'after'))
  expect((await ordersByEpoch())[0]?.epoch).toBeGreaterThan(before)
  await frozen.end()
})

test('after the standby has left, the leader continues', async () => {
  const second = await Second.standingBy(rig)
  expect(await second.exchange.handOver()).toBe(true)
  await second.exchange.ended
  expect(await second.isAnnounced()).toBe(false)
  const account = await rig.openAccount('ann')
  good(await rig.rest(account, 'after'))
  await second[Symbol.asyncDispose]()
})

test('a leader that is cut off is replaced; reconnected, it publishes and writes nothing and stands by', async () => {
  await using second = await Second.standingBy(rig)
  const account = await rig.openAccount('ann')
  good(await rig.rest(account, 'before'))
  rig.proxy.cut()
  const before = rig.epoch
  await second.exchange.leading
  good(await rig.rest(account, 'after'))
  const firstOfSecond = rig.marketFrames.findIndex(({ epoch }) => epoch > before)
  rig.proxy.mend()
  await expect.poll(() => second.isAnnounced()).toBe(true)
  const after = rig.marketFrames.slice(firstOfSecond)
  expect(after.filter(({ epoch, indicative }) => epoch <= before && !indicative)).toEqual([])
  const batches = await rig.sql<{ epoch: number }>('SELECT epoch::int FROM journal_batch ORDER BY batch')
  expect(batches).toEqual(batches.toSorted((a, b) => a.epoch - b.epoch))
  expect((await rig.account(account)).openOrders.map(({ clientOrderId }) => clientOrderId)).toEqual(['before', 'after'])
  // And it could lead again.
  const epochOfSecond = rig.epoch
  await second.exchange.handOver()
  await expect.poll(() => rig.epoch).toBeGreaterThan(epochOfSecond)
  expect((await rig.account(account)).openOrders).toHaveLength(2)
})
