import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { COMPILE_CACHE } from '../../../test/rig/compile-cache.ts'
import { freshDatabase, type FreshDatabase } from '../../../test/rig/postgres.ts'
import type { Report } from '../exchange-process.fixture.ts'

const PROGRAM = fileURLToPath(new URL('../exchange-process.fixture.ts', import.meta.url))
const PATIENCE = { timeout: 60_000 }

/** An exchange in its own process, and everything it has reported. */
class Process implements AsyncDisposable {
  readonly reports: Report[] = []
  readonly child: ChildProcess

  constructor(url: string) {
    const env = { ...process.env, ...COMPILE_CACHE }
    this.child = fork(PROGRAM, [url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env })
    this.child.on('message', (report: Report) => this.reports.push(report))
  }

  /** A slow commit also increases it. */
  get epoch(): number {
    return this.frames.at(-1)?.epoch ?? 0
  }

  get frames() {
    return this.reports.filter((one) => one.kind === 'frame')
  }

  hasLogged(message: string): boolean {
    return this.reports.some((one) => one.kind === 'log' && one.message === message)
  }

  async leads(): Promise<void> {
    await expect.poll(() => this.frames.length, PATIENCE).toBeGreaterThan(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}

let fresh: FreshDatabase
let client: pg.Client
beforeEach(async () => {
  fresh = await freshDatabase()
  client = new pg.Client({ connectionString: fresh.url })
  await client.connect()
})
afterEach(async () => {
  await client.end()
  await fresh[Symbol.asyncDispose]()
})

const numberIn = async (sql: string) => Number((await client.query<{ n: unknown }>(sql)).rows[0]?.n)

/** Whether there is a standby to which a leader would hand over. */
const isStandbyAnnounced = async () =>
  (await numberIn(
    `SELECT count(*) AS n FROM pg_locks JOIN pg_database ON pg_database.oid = database
     WHERE locktype = 'advisory' AND classid = 44 AND datname = current_database()`,
  )) > 0

async function leaderAndStandby(): Promise<[Process, Process]> {
  const one = new Process(fresh.url)
  await one.leads()
  const two = new Process(fresh.url)
  await expect.poll(isStandbyAnnounced, PATIENCE).toBe(true)
  return [one, two]
}

function expectSuccession(before: Process, after: Process): void {
  expect(after.frames[0]?.full).toBe(true)
  expect(after.frames[0]?.epoch).toBeGreaterThan(before.epoch)
}

test('a leader that was frozen writes and publishes nothing when it resumes: another leads', async () => {
  const [one, two] = await leaderAndStandby()
  await using leader = one
  await using standby = two
  leader.child.kill('SIGSTOP')
  await standby.leads()
  expectSuccession(leader, standby)
  const began = standby.frames[0]?.epoch ?? 0
  const batchesBefore = `SELECT count(*) AS n FROM journal_batch WHERE epoch < ${began}`
  const batches = await numberIn(batchesBefore)
  const reported = leader.reports.length
  leader.child.kill('SIGCONT')
  await expect.poll(isStandbyAnnounced, PATIENCE).toBe(true) // it has resumed and stands by
  // It may have been frozen while publishing: that message has its own epoch, which gateways now ignore.
  const published = leader.reports.slice(reported).filter(({ kind }) => kind !== 'log')
  expect(published.length).toBeLessThanOrEqual(1)
  for (const one of published) expect(one).toMatchObject({ kind: 'frame', epoch: began - 1 })
  expect(await numberIn(batchesBefore)).toBe(batches)
  // It leads again when its turn comes.
  standby.child.kill('SIGKILL')
  await expect.poll(() => leader.epoch, PATIENCE).toBeGreaterThan(began)
})

test('a leader that shuts down hands over to another process', async () => {
  const [one, two] = await leaderAndStandby()
  await using leader = one
  await using standby = two
  leader.child.send('handOver')
  await standby.leads()
  expectSuccession(leader, standby)
  await expect.poll(() => leader.reports.at(-1), PATIENCE).toEqual({ kind: 'handedOver', isHandedOver: true })
  expect(standby.hasLogged('exchange: takes over from what it has followed')).toBe(true)
})

test('a leader that is killed is replaced by a standby, and that one by the next', async () => {
  const [one, two] = await leaderAndStandby()
  await using leader = one
  await using standby = two
  leader.child.kill('SIGKILL')
  await standby.leads()
  await using third = new Process(fresh.url)
  await expect.poll(isStandbyAnnounced, PATIENCE).toBe(true)
  standby.child.kill('SIGKILL')
  await third.leads()
  expectSuccession(leader, standby)
  expectSuccession(standby, third)
})
