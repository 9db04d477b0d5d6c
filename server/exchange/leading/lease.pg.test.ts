import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../../test/rig/postgres.ts'
import { openDatabase, type Database } from '../../database/database.ts'
import { batchOf, orderOf } from '../../journal/batch.fixture.ts'
import { Fenced, InDoubt, Journal } from '../../journal/journal.ts'
import { readLastBatch } from '../../journal/recovery.ts'
import { acquireLease, type Lease, type LeaseOptions } from './lease.ts'

const logger = { warn: () => undefined }

let fresh: FreshDatabase
/** Two servers on one database. */
let one: Database
let two: Database
const held: Lease[] = []

beforeEach(async () => {
  fresh = await freshDatabase()
  one = await openDatabase({ url: fresh.url, logger })
  two = await openDatabase({ url: fresh.url, logger })
})
afterEach(async () => {
  for (const lease of held.splice(0)) await lease.release()
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

async function take(
  database: Database,
  parts: Partial<Pick<LeaseOptions, 'onLost' | 'signal' | 'clock' | 'isWarm' | 'pollMs'>> = {},
): Promise<Lease> {
  const lease = await acquireLease({
    connection: database.lease,
    holder: database === one ? 'one' : 'two',
    logger,
    ...parts,
  })
  held.push(lease)
  return lease
}

test('the first to ask leads; a second waits until the first releases the lease', async () => {
  const first = await take(one)
  expect([first.epoch, first.state]).toEqual([1, 'held'])
  let second: Lease | undefined
  const waiting = take(two).then((lease) => (second = lease))
  await new Promise((resolve) => setTimeout(resolve, 2_500)) // longer than the lease runs unless it is renewed
  expect(second).toBeUndefined()
  expect(first.state).toBe('held')
  await first.release()
  expect(first.state).toBe('lost')
  const began = performance.now()
  expect((await waiting).epoch).toBe(2)
  // Sooner than an unrenewed lease expires.
  expect(performance.now() - began).toBeLessThan(1_500)
})

test('of several that ask at once, one leads', async () => {
  const stop = new AbortController()
  const both = [take(one, { signal: stop.signal }), take(two, { signal: stop.signal })]
  const winner = await Promise.race(both)
  expect(winner.epoch).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 400))
  stop.abort()
  const ends = await Promise.allSettled(both)
  expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('while it lingers it runs for half a minute, and no longer than usual afterward', async () => {
  const first = await take(one)
  const left = async () => {
    const sql = 'SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 AS left FROM lease'
    return (await two.queries.one<{ left: number }>(sql)).left
  }
  expect(await left()).toBeLessThan(2.1)
  expect(await first.linger(left)).toBeGreaterThan(20)
  await expect.poll(left).toBeLessThan(2.1)
  await expect(first.linger(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect.poll(left).toBeLessThan(2.1)
})

test('a standby stops waiting when its signal is aborted', async () => {
  await take(one)
  const stop = new AbortController()
  const waiting = take(two, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

test('a standby is notified when the lease is released, and does not wait for its next poll', async () => {
  const first = await take(one)
  const isWarm = vi.fn(() => true)
  const waiting = take(two, { pollMs: 3_600_000, isWarm })
  await expect.poll(() => first.hasStandby()).toBe(true)
  // It announces itself before its first poll, which must not find the lease released.
  await expect.poll(() => isWarm).toHaveBeenCalledOnce()
  await first.release()
  expect((await waiting).epoch).toBe(2)
  expect(isWarm).toHaveBeenCalledTimes(2) // once at its first poll, and once when it was notified
})

describe('a leader sees whether there is a standby', () => {
  test('that could lead at once, as long as it waits', async () => {
    const first = await take(one)
    expect(await first.hasStandby()).toBe(false)
    let isWarm = false
    const polled = Promise.withResolvers<undefined>()
    const stop = new AbortController()
    const noteAndAnswer = () => {
      polled.resolve(undefined)
      return isWarm
    }
    const waiting = take(two, { signal: stop.signal, isWarm: noteAndAnswer })
    await polled.promise
    expect(await first.hasStandby()).toBe(false)
    isWarm = true
    await expect.poll(() => first.hasStandby()).toBe(true)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    expect(await first.hasStandby()).toBe(false)
  })

  test('again after the standby’s session broke, and not once the standby leads', async () => {
    const first = await take(one)
    const waiting = take(two, { isWarm: () => true })
    await expect.poll(() => first.hasStandby()).toBe(true)
    const before = (await two.lease.session()).number
    two.lease.destroy()
    await expect.poll(async () => (await two.lease.session()).number > before && (await first.hasStandby())).toBe(true)
    await first.release()
    expect(await first.isTakenWithin(1_000)).toBe(true)
    expect(await (await waiting).hasStandby()).toBe(false)
  })

  test('and that nobody has taken the lease it released', async () => {
    const first = await take(one)
    await first.release()
    expect(await first.isTakenWithin(50)).toBe(false)
  })
})

test('the lease names its holder and the holder’s address', async () => {
  const lease = await acquireLease({ connection: one.lease, holder: 'one', address: 'here:3000', logger })
  held.push(lease)
  expect(await two.queries.one('SELECT epoch, holder, address FROM lease')).toEqual({
    ...{ epoch: 1n, holder: 'one', address: 'here:3000' },
  })
})

test('a leader whose session dies is replaced at once, and learns that it has lost the lease', async () => {
  const onLost = vi.fn()
  const first = await take(one, { onLost })
  const waiting = take(two)
  await two.queries.any(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'valiant-lease' AND pid = $1",
    [await backendOf(one)],
  )
  const began = performance.now()
  expect((await waiting).epoch).toBe(2)
  expect(performance.now() - began).toBeLessThan(1_500)
  await expect.poll(() => onLost).toHaveBeenCalledOnce()
  expect(first.state).toBe('lost')
  expect(await first.fenceSelf()).toBe(false)
})

test('a lease is stale while its session is gone, since a standby may lead then, until it is locked again', async () => {
  const lease = await take(one)
  const ended = (await one.lease.session()).socket
  const closed = new Promise((resolve) => ended.once('close', resolve))
  await two.queries.any('SELECT pg_terminate_backend($1)', [await backendOf(one)])
  await closed
  expect(lease.state).toBe('stale')
  await expect.poll(() => lease.state).toBe('held')
  expect(lease.epoch).toBe(1)
})

test('a stalled leader is replaced when its lease has expired, though its session is alive', async () => {
  const first = await take(one)
  const resume = stall(one)
  const began = performance.now()
  const second = await take(two)
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(second.epoch).toBe(2)
  expect(first.state).not.toBe('held')
  // What it writes after waking does not count.
  resume()
  await expect(new Journal(one.commits).commit(batchOf({ batch: 1, epoch: 1 }))).rejects.toBeInstanceOf(Fenced)
})

test('a lease is stale 1.5 s after the start of its last successful renewal, by either clock', async () => {
  let wallMs = 1e12
  let monotonicMs = 0
  const lease = await take(one, { clock: { wallMs: () => wallMs, monotonicMs: () => monotonicMs } })
  monotonicMs += 1_499
  expect(lease.state).toBe('held')
  monotonicMs += 2
  expect(lease.state).toBe('stale')
  await expect.poll(() => lease.state).toBe('held') // renewed
  wallMs += 1_501 // slept
  expect(lease.state).toBe('stale')
})

describe('a commit in flight', () => {
  test('is waited for by the process that takes the lease', async () => {
    const first = await take(one)
    const commit = await blockedCommit(first.epoch)
    await one.lease[Symbol.asyncDispose]() // its session ends: two may take over
    const waiting = take(two)
    setTimeout(() => void commit.unblock(), 500)
    await waiting
    await commit.done // committed, by the epoch that was
    expect(await readLastBatch(two.queries)).toMatchObject({ batch: 1, epoch: 1 })
  })

  test('is waited for by its own leader, which then knows its outcome', async () => {
    const first = await take(one)
    const journal = new Journal(one.commits)
    const commit = await blockedCommit(first.epoch, journal)
    one.commits.destroy() // the answer is lost; the backend goes on
    await expect(commit.done).rejects.toBeInstanceOf(InDoubt)
    expect((await readLastBatch(one.queries)).batch).toBe(0) // not final
    const fencing = first.fenceSelf()
    setTimeout(() => void commit.unblock(), 300)
    expect(await fencing).toBe(true)
    expect([first.epoch, first.state]).toEqual([2, 'held'])
    const { batch } = await readLastBatch(one.queries) // final
    await expect(journal.commit(batchOf({ batch: batch + 1, epoch: 1 }))).rejects.toBeInstanceOf(Fenced)
    await journal.commit(batchOf({ batch: batch + 1, epoch: 2 }))
    // It is renewed in its new epoch.
    await new Promise((resolve) => setTimeout(resolve, 2_200))
    expect(first.state).toBe('held')
  })

  /** A commit that has passed the fence and waits for the lock on the orders. */
  async function blockedCommit(epoch: number, journal = new Journal(one.commits)) {
    const go = Promise.withResolvers<undefined>()
    const locked = Promise.withResolvers<undefined>()
    const holder = two.queries.tx(async (t) => {
      await t.none('SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0')
      await t.none('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
      locked.resolve(undefined)
      await go.promise
    })
    await locked.promise
    const done = journal.commit(batchOf({ batch: 1, epoch, orders: [orderOf(100, 1)] }))
    done.catch(() => undefined) // awaited later
    const waiting = () =>
      two.queries.one(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'valiant-commit%' AND datname = current_database()",
      )
    await expect.poll(waiting).toEqual({ n: 1n })
    return {
      done,
      unblock: async () => {
        go.resolve(undefined)
        await holder
      },
    }
  }
})

const backendOf = async (database: Database) =>
  (await database.lease.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' }))[0]?.pid

/** Like SIGSTOP: the session stays open, but nothing is sent on it until it is resumed. */
function stall(database: Database): () => void {
  const resumed = Promise.withResolvers<undefined>()
  const session = database.lease.session.bind(database.lease)
  database.lease.session = async () => {
    await resumed.promise
    return session()
  }
  return () => resumed.resolve(undefined)
}
