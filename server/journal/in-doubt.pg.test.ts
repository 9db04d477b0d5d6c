import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { withDatabase } from '../../test/rig/postgres.ts'
import { Connection } from '../database/connection.ts'
import { batchOf, orderOf } from './batch.fixture.ts'
import { ALICE, journalForEach, logger } from './journal.fixture.ts'
import { InDoubt, Journal } from './journal.ts'
import { readLastBatch } from './recovery.ts'

const at = journalForEach()

describe('in doubt', () => {
  test('the backend is terminated during a commit: in doubt, and not written', async () => {
    const committing = blockedCommit()
    await committing.blocked
    await at.database.queries.any(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'valiant-commit-0' AND datname = current_database()",
    )
    await expect(committing.done).rejects.toBeInstanceOf(InDoubt)
    await committing.unblock()
    expect((await readLastBatch(at.database.queries)).batch).toBe(0)
    await at.journal.commit(batchOf({ batch: 1 })) // on a new connection
  })

  test('no answer in time: in doubt within 2.5 s, the connection cut', async () => {
    // The role's own limits would end it sooner.
    await at.journal.commit(batchOf({ batch: 1 }))
    const { client } = await at.database.commits.session()
    await client.query('SET transaction_timeout = 0; SET lock_timeout = 0')
    const began = performance.now()
    const committing = blockedCommit(2)
    await expect(committing.done).rejects.toBeInstanceOf(InDoubt)
    expect(performance.now() - began).toBeLessThan(2_500)
    await committing.unblock()
    await until(async () => (await readLastBatch(at.database.queries)).batch >= 1)
  })

  test('the role’s timeout ends a blocked commit, so that the fence is not blocked for long', async () => {
    const committing = blockedCommit()
    const began = performance.now()
    await expect(committing.done).rejects.toBeInstanceOf(InDoubt)
    expect(performance.now() - began).toBeLessThan(1_900)
    await committing.unblock()
  })

  test('a large batch gets time for its rows, and the next one the role’s timeout again', async () => {
    await at.journal.commit(batchOf({ batch: 1 }))
    await at.database.queries.none(
      `DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET transaction_timeout = 30', current_database()); END $$`,
    )
    at.database.commits.destroy() // a new session gets the new limit
    const orders = Array.from({ length: 5_000 }, (_, i) => orderOf(ALICE, i + 1))
    await at.journal.commit(batchOf({ batch: 2, orders }))
    const { client } = await at.database.commits.session()
    const limit = async () => (await client.query<object>('SHOW transaction_timeout')).rows
    expect(await limit()).toEqual([{ transaction_timeout: '4s' }])
    await at.journal.commit(batchOf({ batch: 3 }))
    expect(await limit()).toEqual([{ transaction_timeout: '30ms' }])
  })

  test('the answer is lost: in doubt, and written', async () => {
    const proxy = await answerCutter(at.fresh.url)
    const connection = new Connection({ url: proxy.url, applicationName: 'cut', logger })
    const cut = new Journal(connection)
    await cut.commit(batchOf({ batch: 1 }))
    proxy.cutNextAnswer()
    await expect(cut.commit(batchOf({ batch: 2 }))).rejects.toBeInstanceOf(InDoubt)
    await until(async () => (await readLastBatch(at.database.queries)).batch === 2)
    await cut.commit(batchOf({ batch: 3 }))
    await connection[Symbol.asyncDispose]()
    proxy.close()
  })

  test('Postgres cannot be reached: in doubt', async () => {
    const connection = new Connection({ url: withDatabase(at.fresh.url, 'nowhere'), applicationName: 'x', logger })
    await expect(new Journal(connection).commit(batchOf({ batch: 1 }))).rejects.toBeInstanceOf(InDoubt)
  })

  /** A commit that waits for a lock on its order's row. */
  function blockedCommit(batch = 1) {
    const unblocked = Promise.withResolvers<undefined>()
    const ready = Promise.withResolvers<undefined>()
    const holder = at.database.queries.tx(async (t) => {
      await t.none('SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0')
      await t.none('LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
      ready.resolve(undefined)
      await unblocked.promise
    })
    const done = ready.promise.then(() => at.journal.commit(batchOf({ batch, orders: [orderOf(ALICE, 1)] })))
    done.catch(() => undefined) // awaited later
    const blocked = until(async () => {
      const waiting = await at.database.queries.one<{ n: bigint }>(
        "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'valiant-commit%' AND datname = current_database()",
      )
      return waiting.n > 0n
    })
    const unblock = async () => {
      unblocked.resolve(undefined)
      await holder
    }
    return { done, blocked, unblock }
  }
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the condition was not met in time')
}

/** A proxy that can drop the next answer and cut the connection. */
async function answerCutter(url: string) {
  const target = new URL(url)
  let cutting = false
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
    }
    client.on('data', (data) => upstream.write(data))
    upstream.on('data', (data) => {
      if (!cutting) return client.write(data)
      cutting = false
      client.destroy()
      return upstream.destroy()
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxied = new URL(url)
  proxied.port = String((server.address() as AddressInfo).port)
  return {
    url: proxied.href,
    cutNextAnswer: () => (cutting = true),
    close: () => {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
