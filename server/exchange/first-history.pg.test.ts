import pg from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rig/postgres.ts'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import { openDatabase } from '../database/database.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { seedInstruments } from '../journal/instruments.ts'
import { systemClock } from './clock.ts'
import { INSTRUMENTS } from './exchange.fixture.ts'
import { Exchange } from './exchange.ts'

const log = pino({ level: 'silent' })
const DAYS = 30

let fresh: FreshDatabase
let client: pg.Client
const parts = { current: new AsyncDisposableStack() }
beforeEach(async () => {
  parts.current = new AsyncDisposableStack()
  fresh = parts.current.use(await freshDatabase())
  client = new pg.Client({ connectionString: fresh.url })
  await client.connect()
  parts.current.defer(() => client.end())
})
afterEach(() => parts.current.disposeAsync())

async function exchange(holder: string): Promise<Exchange> {
  const database = parts.current.use(await openDatabase({ url: fresh.url, logger: log }))
  await seedInstruments(
    database.queries,
    INSTRUMENTS.map(({ wire }) => wire),
  )
  return parts.current.use(
    Exchange.start({
      ...{ database, bus: new MemoryCommandBus(), broadcast: new MemoryBroadcast<MarketFrame>() },
      ...{ instruments: INSTRUMENTS, clock: systemClock, log, holder, seed: 7, historyDays: DAYS, liveness: 0.25 },
      ...{ rates: { ordersPerSecond: 50, ordersBurst: 100 }, maxOpenOrdersPerInstrument: 200 },
    }),
  )
}

/** Runs something before each statement, or row, of a table. */
async function before(name: string, what: string, body: string): Promise<void> {
  await client.query(`CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`)
  await client.query(`CREATE TRIGGER ${name} BEFORE ${what} EXECUTE FUNCTION ${name}()`)
}

test('two exchanges that start at once on an empty, slow database make one history', async () => {
  await client.query('CREATE SEQUENCE histories; CREATE SEQUENCE writes')
  await before('counted', 'DELETE ON candle_1m FOR EACH STATEMENT', `PERFORM nextval('histories'); RETURN NULL;`)
  // A renewal takes longer than the lease usually runs, but not so long that it is given up.
  await before(
    'slow_renewal',
    'UPDATE ON lease FOR EACH ROW WHEN (OLD.epoch = NEW.epoch AND NEW.holder IS NOT NULL)',
    `PERFORM pg_sleep(2.2); RETURN NEW;`,
  )
  // So does the history, and one of its writes takes longer than a statement may.
  await before(
    'slow_write',
    'INSERT ON candle_1m FOR EACH STATEMENT',
    `IF nextval('writes') = 9 THEN PERFORM pg_sleep(5); ELSE PERFORM pg_sleep(0.1); END IF; RETURN NULL;`,
  )
  const both = await Promise.all([exchange('one'), exchange('two')])
  const written = async () => {
    const { rows } = await client.query<{ n: string }>('SELECT last_value AS n FROM writes')
    return Number(rows[0]?.n)
  }
  await expect.poll(written).toBeGreaterThan(1.5 * DAYS)
  // From here on the database is as quick as usual: leading needs that.
  await client.query('DROP TRIGGER slow_renewal ON lease; DROP TRIGGER slow_write ON candle_1m')
  await Promise.race(both.map(({ leading }) => leading))
  const { rows } = await client.query<{ histories: string; epoch: string }>(
    'SELECT last_value AS histories, (SELECT epoch FROM lease) AS epoch FROM histories',
  )
  expect(rows).toEqual([{ histories: '1', epoch: '1' }])
  const bars = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM candle_1m GROUP BY symbol ORDER BY n LIMIT 1`,
  )
  expect(bars.rows[0]?.n).toBeGreaterThan(DAYS * 1_440 * 0.9)
})
