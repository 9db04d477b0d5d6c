import { setImmediate as turn } from 'node:timers/promises'
import type { Answer } from '@valiant/shared/protocol/events'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { assert } from '../engine/assert.ts'
import { Engine } from '../engine/engine.ts'
import { History } from '../journal/history.ts'
import { ExchangeRig, good, orderOf } from './exchange.fixture.ts'

let rig: ExchangeRig
afterEach(() => rig.close())

const internal = { ok: false, error: { code: 'INTERNAL', outcome: 'not_executed' } }
const BUMP = `UPDATE lease SET epoch = epoch + 1, holder = 'another', expires_at = clock_timestamp()`

describe('a command that the database refuses', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is always answered INTERNAL, and the market continues', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    await rig.sql(`ALTER TABLE orders ADD CONSTRAINT no_such_order CHECK (client_order_id <> 'bad')`)
    const ids = ['a', 'b', 'bad', 'c', 'd']
    const answers = await Promise.all(ids.map((id) => rig.rest(account, id)))
    expect(answers.map((answer) => (answer.ok ? 'ok' : answer.error.code))).toEqual([
      'ok',
      'ok',
      'INTERNAL',
      'ok',
      'ok',
    ])
    expect(answers[2]).toMatchObject(internal)
    expect(await rig.rest(account, 'bad')).toMatchObject({ ...internal, duplicate: true })
    good(await rig.rest(account, 'e'))
    const { openOrders } = good(await rig.ask({ event: 'account', account })) as {
      openOrders: { clientOrderId: string }[]
    }
    expect(openOrders.map(({ clientOrderId }) => clientOrderId).sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('does not lose track of which ids are new: after the recovery none is looked up', async () => {
    const lookUp = vi.spyOn(History.prototype, 'commandResult')
    rig = await ExchangeRig.open()
    const [account, another] = [await rig.openAccount('user-1'), await rig.openAccount('user-2')]
    good(await rig.rest(another, 'a'))
    await rig.sql(`ALTER TABLE orders ADD CONSTRAINT no_such_order CHECK (client_order_id <> 'bad')`)
    expect(await rig.rest(account, 'bad')).toMatchObject(internal)
    good(await rig.rest(another, 'b'))
    expect(await rig.rest(another, 'a')).toMatchObject({ ok: true, duplicate: true })
    const ids = lookUp.mock.calls.map(([, commandId]) => commandId)
    expect(ids).toContain('o:a')
    expect(ids).not.toContain('o:b')
  })

  it('opens no account, and the next request opens one', async () => {
    rig = await ExchangeRig.open()
    await rig.sql(`ALTER TABLE account_owner ADD CONSTRAINT no_such_user CHECK (user_id <> 'bad')`)
    const request = { event: 'accounts.open', name: 'Guest', startingCents: 1_000 } as const
    const [bad] = await Promise.all([rig.ask({ ...request, userId: 'bad' }), rig.openAccount('user-1')])
    expect(bad).toMatchObject(internal)
    await rig.openAccount('user-2')
  })
})

it('market time does not go back before the last batch, although the simulator was saved earlier', async () => {
  rig = await ExchangeRig.open()
  const account = await rig.openAccount('user-1')
  await rig.stop()
  await rig.sql(
    `INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms, hash)
     SELECT batch + 1, batch, epoch, stream_position, time_ms + 60000, hash FROM journal_batch ORDER BY batch DESC LIMIT 1`,
  )
  await rig.resume()
  good(await rig.rest(account, 'a'))
  const wentBack =
    'SELECT count(*) FROM journal_batch b JOIN journal_batch p ON p.batch = b.prev WHERE b.time_ms < p.time_ms'
  expect(await rig.count(wentBack)).toBe(0)
})

describe('a command on which the engine asserts', () => {
  afterEach(() => vi.restoreAllMocks())

  it('is always answered INTERNAL, and the market continues', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    breakEngine()
    const ids = ['a', 'bad', 'b']
    const answers = await Promise.all(ids.map((id) => rig.rest(account, id)))
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(answers[1]).toMatchObject(internal)
    expect(await rig.rest(account, 'bad')).toMatchObject({ ...internal, duplicate: true })
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account}`)).toBe(2)
  })

  it('is answered INTERNAL, too, when it is a request that only reads', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    breakEngine()
    for (let i = 0; i < 8; i++) {
      const request = { ...orderOf(account, 'bad'), event: 'order.preview' } as const
      const [bad] = await Promise.all([rig.ask(request), rig.rest(account, `a-${i}`)])
      expect(bad).toMatchObject(internal)
    }
  })
})

/** Makes the engine throw on the order `bad`, in every operation. */
function breakEngine(): void {
  for (const method of ['apply', 'preview'] as const) {
    const whole = Reflect.get(Engine.prototype, method) as (this: Engine, ...args: unknown[]) => never
    vi.spyOn(Engine.prototype, method).mockImplementation(function (this: Engine, ...args: unknown[]) {
      const { clientOrderId } = args[0] as { readonly clientOrderId?: string }
      assert(clientOrderId !== 'bad', 'a defect made by the test')
      return whole.apply(this, args)
    })
  }
}

describe('a leader that was fenced off by another', () => {
  it('publishes nothing more in its epoch, leads again when it can, and every command is answered once', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    for (let round = 1; round <= 5; round++) {
      const asked = Array.from({ length: 20 }, (_, i) => rig.rest(account, `${round}-${i}`))
      await rig.sql(BUMP)
      for (const answer of await Promise.all(asked)) good(answer)
    }
    const epochs = rig.marketFrames.map(({ epoch }) => epoch)
    expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account} AND status = 'open'`)).toBe(100)
    // Only its successor may publish the state of the market.
    expect(rig.statuses.map(({ market }) => market)).not.toContain('degraded')
    await expect.poll(() => rig.statuses.at(-1)?.market).toBe('open')
    const seqs = rig.accountFrames.filter((one) => one.account === account).map(({ frame }) => frame.seq)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
  })

  it('stands by while the other lives, and answers once it is gone', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const other = new pg.Client({ connectionString: rig.url })
    await other.connect()
    const { rows } = await other.query<{ epoch: string }>(`${BUMP} + interval '60 s' RETURNING epoch`)
    const epoch = Number(rows[0]?.epoch)
    await other.query('SELECT pg_advisory_lock(42, $1::int)', [epoch])
    let frames = -1
    const isSilent = () => frames === (frames = rig.marketFrames.length)
    await expect.poll(isSilent, { interval: 300 }).toBe(true)
    const asked = rig.rest(account, 'a')
    // For more than three polls of the lease, it only looks.
    await other.query('SELECT pg_sleep(0.5)')
    expect(rig.marketFrames.length).toBe(frames)
    expect(await rig.count('SELECT epoch AS count FROM lease')).toBe(epoch)
    await other.end()
    good(await asked)
    expect(rig.marketFrames.at(-1)?.epoch).toBeGreaterThan(epoch)
    await expect.poll(() => rig.statuses.at(-1)?.market).toBe('open')
  })
})

it('a full database is retried with pauses, and the market continues when there is space', async () => {
  rig = await ExchangeRig.open()
  const account = await rig.openAccount('user-1')
  await rig.sql(`
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON journal_batch FOR EACH ROW EXECUTE FUNCTION full_disk()`)
  const epoch = () => rig.count('SELECT epoch AS count FROM lease')
  const [first, sinceMs] = [await epoch(), performance.now()]
  const request = { ...orderOf(account, 'a'), validUntilMs: rig.nowMs + 60_000 }
  const asked = rig.ask(request, { commandId: 'o:a', expiresInMs: 60_000 })
  // Each time, a new epoch makes it certain that nothing was written.
  await expect.poll(epoch, { interval: 20 }).toBeGreaterThanOrEqual(first + 9)
  expect(performance.now() - sinceMs).toBeGreaterThan(7 * 250)
  await rig.sql('DROP FUNCTION full_disk CASCADE')
  good(await asked)
  await expect.poll(() => rig.statuses.at(-1)?.market).toBe('open')
})

it('5,000 orders that expire at once are written despite the role’s short timeout', async () => {
  rig = await ExchangeRig.open()
  const account = await rig.openAccount('user-1')
  const lasting = {
    type: 'limit',
    lots: 1,
    limitTicks: 100,
    timeInForce: 'gtd',
    expireAtMs: rig.nowMs + 60_000,
  } as const
  good(await rig.place(account, 'gtd', lasting))
  await rig.stop()
  const columns = (await rig.sql<{ name: string }>(`SELECT attname AS name FROM pg_attribute
    WHERE attrelid = 'orders'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> ALL ('{order_id,client_order_id,priority}')`)).map(({ name }) => name).join(', ') // prettier-ignore
  await rig.sql(`INSERT INTO orders (order_id, client_order_id, priority, ${columns})
    SELECT order_id + i, 'gtd-' || i, priority + i, ${columns} FROM orders, generate_series(1, 4999) i`)
  await rig.sql('UPDATE account SET order_number = 5000 WHERE account_id = $1', [account])
  // Enough for a usual batch, but hardly for 2,000 orders.
  await rig.sql(
    `DO $$ BEGIN EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET transaction_timeout = 100', current_database()); END $$`,
  )
  rig.database.commits.destroy() // a new session gets the new limit
  rig.aheadMs = 60_000
  await rig.resume()
  const epoch = rig.epoch
  await expect.poll(() => rig.count(`SELECT count(*) FROM orders WHERE status = 'expired'`)).toBe(5_000)
  good(await rig.rest(account, 'a'))
  expect(rig.epoch).toBeLessThanOrEqual(epoch + 2)
})

describe('an interrupted first history', () => {
  /** Enough that it takes a while. */
  const HISTORY_DAYS = 30

  it('ends at once, and the next start makes another, without the bars of the first', async () => {
    rig = await ExchangeRig.starting({ historyDays: HISTORY_DAYS })
    await expect.poll(() => rig.count('SELECT count(*) FROM candle_1m'), { interval: 5 }).toBeGreaterThan(0)
    await rig.exchange[Symbol.asyncDispose]()
    expect(await rig.count('SELECT count(*) FROM journal_batch')).toBe(1)
    expect(await rig.count('SELECT count(*) FROM candle_1m WHERE open_ticks = 1')).toBe(0)
    await rig.sql(`INSERT INTO candle_1m SELECT 'VLNT', start_at_ms - 60000, 1, 1, 1, 1, 1, 1, 1
      FROM candle_1m WHERE symbol = 'VLNT' ORDER BY start_at_ms LIMIT 1`)
    await rig.restart()
    expect(await rig.count('SELECT count(*) FROM candle_1m WHERE open_ticks = 1')).toBe(0)
    const perSymbol = 'SELECT count(*) FROM candle_1m GROUP BY symbol ORDER BY count(*) LIMIT 1'
    expect(await rig.count(perSymbol)).toBeGreaterThan(HISTORY_DAYS * 1_440 * 0.9)
  })
})

it('a first history is interrupted as soon as another process leads', async () => {
  const days = 120
  rig = await ExchangeRig.starting({ historyDays: days })
  const barCount = () => rig.count(`SELECT count(*) FROM candle_1m WHERE symbol = 'VLNT'`)
  await expect.poll(barCount, { interval: 5 }).toBeGreaterThan(0)
  const other = new pg.Client({ connectionString: rig.url })
  await other.connect()
  await other.query(`SELECT pg_advisory_lock(42, epoch::int + 1) FROM lease`)
  await other.query(`${BUMP} + interval '60 s'`)
  let bars = -1
  const isOver = async () => bars === (bars = await barCount())
  await expect.poll(isOver, { interval: 500 }).toBe(true)
  expect(bars).toBeLessThan((days * 1_440) / 2)
  await other.end()
})

describe('an account with very many requests', () => {
  it('and more ids than are kept in memory is answered as usual', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const first = good(await rig.rest(account, 'a'))
    await rig.sql(`INSERT INTO command_result (account_id, command_id, command_hash, payload_hash, batch, result)
      SELECT ${account}, 'o:old-' || i, i, '', 1, '{}' FROM generate_series(1, 120000) i`)
    await rig.restart()
    expect(await rig.rest(account, 'a')).toMatchObject({ ok: true, duplicate: true, data: first as object })
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => rig.rest(account, `b-${i % 30}`)))
    for (const answer of answers) good(answer)
    expect(answers.filter(({ duplicate }) => duplicate === true)).toHaveLength(30)
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account}`)).toBe(31)
  })
})

describe('the end of the exchange', () => {
  it.each(['its database answers', 'its last commit is in doubt'])(
    'answers what it has committed, when %s, and leaves the rest untouched',
    async (how) => {
      rig = await ExchangeRig.open()
      const account = await rig.openAccount('user-1')
      const answered: Answer[] = []
      for (let i = 0; i < 40; i++) void rig.rest(account, `order-${i}`).then((answer) => answered.push(answer))
      await expect.poll(() => answered.length, { interval: 0 }).toBeGreaterThan(0)
      for (let i = 40; i < 80; i++) void rig.rest(account, `order-${i}`).then((answer) => answered.push(answer))
      await turn()
      const cut = how.includes('doubt')
        ? rig.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'valiant-commit%'`)
        : undefined
      await Promise.all([rig.exchange[Symbol.asyncDispose](), cut])
      await turn()
      for (const answer of answered) good(answer)
      expect(answered.length).toBe(await rig.count('SELECT count(*) FROM orders'))
      expect(await rig.count(`SELECT count(*) FROM lease WHERE expires_at < now()`)).toBe(1)
    },
  )
})
