import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { audit, type CheckResult } from './audit.ts'
import { addKnownOrders, AuditedFloor, DAN, EVE } from './audit.fixture.ts'
import { CHECKS } from './checks.ts'
import { linesOf } from './report.ts'

/** Traded in, sound, and nobody connected to it. */
let sound: FreshDatabase
let soundName: string
beforeAll(async () => {
  sound = await freshDatabase()
  soundName = new URL(sound.url).pathname.slice(1)
  await using floor = await AuditedFloor.open(sound.url)
  await floor.trade(1, 6)
  await floor.dividend('VLNT', 7)
  await floor.split('VLNT', 3, 2)
  await floor.trade(2, 3)
  await floor.apply({ kind: 'account.reset', account: 17, startingCents: 5_000_000 })
  await floor.split('VLNT', 2, 3)
  await floor.trade(3, 5)
  await addKnownOrders(floor)
})
afterAll(() => sound[Symbol.asyncDispose]())

/** What an audit says of a copy of the sound database in which a statement was run, whatever would have forbidden it. */
async function spoilt(statement: string): Promise<{ names: string[]; results: readonly CheckResult[] }> {
  await using copy = await freshDatabase(undefined, soundName)
  const client = new pg.Client({ connectionString: copy.url })
  await client.connect()
  let names: string[]
  try {
    await client.query("SET session_replication_role = 'replica'; SET transaction_timeout = 0")
    const done: unknown = await client.query(`${FUNCTIONS}; ${statement}`)
    const last = (Array.isArray(done) ? done.at(-1) : done) as pg.QueryResult<{ name: string }>
    expect(last.rows.length, 'rows that were spoilt').toBeGreaterThan(0)
    names = last.rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
  return { names, results: (await audit(copy.url)).results }
}
/** The names of rows, as an audit gives them, and the places of the known ones. */
const FUNCTIONS = `
  CREATE FUNCTION pg_temp.named(what text, id bigint) RETURNS text LANGUAGE sql
    RETURN format('account %s, %s %s', id >> 32, what, id & 4294967295);
  CREATE FUNCTION pg_temp.order_id(client_id text) RETURNS bigint LANGUAGE sql
    RETURN (SELECT order_id FROM orders WHERE client_order_id = client_id AND account_id IN (${DAN}, ${EVE}))`

/** By check, the rows that are named. */
const faultsOf = (results: readonly CheckResult[]): Record<string, string[]> =>
  Object.fromEntries(
    results.filter(({ ok }) => !ok).map(({ check, rows }) => [check, rows.map(({ row }) => row).sort()]),
  )

test('of a sound database every check says ok, and how much it went through', async () => {
  const { results, last } = await audit(sound.url)
  expect(faultsOf(results)).toEqual({})
  expect(results.map(({ check }) => check)).toEqual(CHECKS.map(({ name }) => name))
  for (const { check, counted } of results) expect(counted, check).toBeGreaterThan(0)
  expect(last.hash).toMatch(/^[0-9a-f]{64}$/)
  const [line] = results.flatMap(linesOf).filter((text) => text.includes('sums of their entries'))
  expect(line).toMatch(/^ok {5}balances equal the sums of their entries \(\d+ balances\)$/)
})

test('the trading it is tried on has all that can go wrong', async () => {
  const client = new pg.Client({ connectionString: sound.url })
  await client.connect()
  try {
    for (const found of [
      "orders WHERE status = 'held'",
      "orders WHERE status = 'untriggered' AND held_cents > 0",
      "orders WHERE status = 'partially_filled' AND held_cents = 0",
      "orders WHERE status = 'filled' AND filled_lots > 1",
      "orders WHERE status = 'rejected'",
      "orders WHERE role IS NOT NULL AND reduce_only AND status IN ('open', 'untriggered')",
      'fill WHERE realized_cents <> 0',
      "fill WHERE liquidity = 'maker' AND fee_cents > 0",
      "ledger_entry WHERE kind = 'trade' AND counter_account_id >= 16",
      "ledger_entry WHERE kind = 'interest'",
      "ledger_entry WHERE kind = 'dividend'",
      "ledger_entry WHERE kind = 'split' AND asset = 'USD'",
      "ledger_entry WHERE kind = 'reset' AND asset <> 'USD'",
      'position WHERE lots < 0',
      "account WHERE mode = 'margin'",
    ]) {
      const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${found}`)
      expect(Number(rows[0]?.count), found).toBeGreaterThan(0)
    }
  } finally {
    await client.end()
  }
})

/** Stands for the rows that the statement says it has spoilt. */
const THOSE = 'those'
const DANS_DEPOSIT = `entry_id = (${DAN}::bigint << 32) + 1`
const DANS_VLNT = `account_id = ${DAN} AND symbol = 'VLNT'`
const dan = (row: string) => `account ${DAN}, ${row}`

/** What is done to the database, and by which checks which rows are named. Each entry that is changed breaks its batch's hash. */
const SPOILS: readonly (readonly [what: string, statement: string, faults: Record<string, unknown>])[] = [
  [
    'a deposit that comes from the house',
    `UPDATE ledger_entry SET counter_account_id = 1 WHERE ${DANS_DEPOSIT} RETURNING pg_temp.named('entry', entry_id) AS name`,
    { entries: THOSE, balances: ['account 1, USD', 'account 3, USD'], chain: [expect.stringMatching(/^batch \d+$/)] },
  ],
  [
    'an entry of an account that is not there',
    `DELETE FROM account WHERE account_id = ${EVE} RETURNING format('account %s', account_id) AS name`,
    { entries: expect.anything(), owners: THOSE },
  ],
  [
    'one cent that comes from nowhere',
    "UPDATE balance SET amount = amount + 1 WHERE account_id = 2 AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name",
    { assets: ['USD'], balances: THOSE },
  ],
  [
    'one cent moved from one account to another',
    `UPDATE balance SET amount = amount + CASE account_id WHEN ${DAN} THEN 1 ELSE -1 END
     WHERE account_id IN (${DAN}, ${EVE}) AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { balances: THOSE },
  ],
  [
    'a balance that is gone',
    `DELETE FROM balance WHERE account_id = ${EVE} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { assets: ['USD'], balances: THOSE },
  ],
  [
    'a balance in the middle of a history',
    `UPDATE ledger_entry SET balance_after = balance_after + 1
     WHERE entry_id = (SELECT max(entry_id) FROM ledger_entry WHERE entry_id >> 32 = ${DAN} AND asset = 'USD')
     RETURNING pg_temp.named('entry', entry_id) AS name`,
    { 'running balances': THOSE, chain: [expect.stringMatching(/^batch/)] },
  ],
  [
    'the same, of the other side',
    `UPDATE ledger_entry SET counter_balance_after = counter_balance_after + 1
     WHERE entry_id >> 32 = ${EVE} AND counter_account_id = ${DAN} AND asset = 'VLNT'
     RETURNING pg_temp.named('entry', (counter_account_id::bigint << 32) + counter_number) AS name`,
    { 'running balances': THOSE, chain: [expect.stringMatching(/^batch/)] },
  ],
  [
    'an order that is gone',
    `DELETE FROM orders WHERE order_id = pg_temp.order_id('refused') RETURNING pg_temp.named('order', order_id + 1) AS name`,
    { numbers: THOSE },
  ],
  [
    'a last number that was not given',
    `UPDATE account SET entry_number = entry_number + 1 WHERE account_id = ${EVE} RETURNING format('account %s', account_id) AS name`,
    { numbers: THOSE },
  ],
  [
    'an entry of an earlier time than the one before',
    `UPDATE ledger_entry SET time_ms = 1
     WHERE entry_id = (SELECT max(entry_id) FROM ledger_entry WHERE entry_id >> 32 = ${DAN})
     RETURNING pg_temp.named('entry', entry_id) AS name`,
    { numbers: THOSE, chain: [expect.stringMatching(/^batch/)] },
  ],
  [
    'a cash account without a floor',
    `UPDATE balance SET floor = NULL WHERE account_id = ${DAN} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { floors: THOSE },
  ],
  [
    'a mode that was changed by hand',
    `UPDATE account SET mode = 'margin' WHERE account_id = ${DAN};
     SELECT format('account %s, %s', account_id, asset) AS name FROM balance WHERE account_id = ${DAN}`,
    { floors: THOSE },
  ],
  [
    'a cash account that owes',
    `UPDATE balance SET amount = -1, floor = NULL WHERE account_id = ${DAN} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { assets: ['USD'], balances: THOSE, floors: THOSE, 'held cash': [`account ${DAN}`] },
  ],
  [
    'a position of one lot more',
    `UPDATE position SET lots = lots + 1 WHERE ${DANS_VLNT} RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { positions: THOSE, results: THOSE },
  ],
  [
    'a hold of one cent more',
    `UPDATE orders SET held_cents = held_cents + 1 WHERE order_id = pg_temp.order_id('rests') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: THOSE },
  ],
  [
    'a stop that holds what it would cost at its trigger',
    `UPDATE orders SET held_cents = lots * stop_ticks + (lots * stop_ticks * 5 + 9999) / 10000
     WHERE order_id = pg_temp.order_id('stops') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: THOSE },
  ],
  [
    'a canceled order that still holds',
    `UPDATE orders SET held_cents = 1 WHERE order_id = pg_temp.order_id('gone') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: THOSE },
  ],
  [
    'a resting order of another price',
    `UPDATE orders SET limit_ticks = limit_ticks - 1 WHERE order_id = pg_temp.order_id('rests') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: THOSE },
  ],
  [
    'an order for more than there is cash',
    `UPDATE orders SET lots = 900000, held_cents = 9000 * 900000::bigint + (9000 * 900000::bigint * 5 + 9999) / 10000
     WHERE order_id = pg_temp.order_id('rests') RETURNING format('account %s', account_id) AS name`,
    { 'held cash': THOSE },
  ],
  [
    'a sale of more than there is',
    `UPDATE orders SET lots = 500 WHERE order_id = pg_temp.order_id('sells') RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { 'held lots': THOSE },
  ],
  [
    'an exit of a margin account from more than there is',
    `UPDATE orders SET lots = lots + 1 WHERE account_id = ${EVE} AND status = 'untriggered'
     RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { 'held lots': THOSE },
  ],
  [
    'an order of more fees than its fills',
    `UPDATE orders SET fees_paid_cents = fees_paid_cents + 1, fee_cent_bps = fee_cent_bps + 10000
     WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('order', order_id) AS name`,
    { orders: THOSE },
  ],
  [
    'a fill at another rate',
    `UPDATE fill SET liquidity = 'maker' WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('order', order_id) AS name`,
    { orders: THOSE },
  ],
  [
    'an order that filled one lot more',
    `UPDATE orders SET filled_lots = filled_lots + 1 WHERE order_id = pg_temp.order_id('sells') RETURNING pg_temp.named('order', order_id) AS name`,
    { orders: THOSE },
  ],
  [
    'a fill that is gone',
    `DELETE FROM fill WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('fill', fill_id) AS name`,
    {
      fills: THOSE,
      orders: [expect.stringMatching(`^account ${DAN}, order`)],
      numbers: [dan('fill 2')],
      results: [`account ${DAN}`, dan('VLNT'), dan('fill 2')],
    },
  ],
  [
    'a fill of one cent more',
    `UPDATE fill SET fee_cents = fee_cents + 1 WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('fill', fill_id) AS name`,
    { fills: THOSE, orders: [expect.stringMatching(`^account ${DAN}, order`)] },
  ],
  [
    'a fill in another batch than its entries',
    `UPDATE fill SET batch = batch + 1 WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('fill', fill_id) AS name`,
    { fills: THOSE },
  ],
  [
    'a fill of another side than its order',
    `UPDATE orders SET side = 'sell' WHERE order_id = pg_temp.order_id('bought');
     SELECT pg_temp.named('fill', fill_id) AS name FROM fill WHERE order_id = pg_temp.order_id('bought')`,
    { fills: THOSE },
  ],
  [
    'a canceled order without a reason',
    `UPDATE orders SET reason = NULL WHERE order_id = pg_temp.order_id('gone') RETURNING pg_temp.named('order', order_id) AS name`,
    { states: THOSE },
  ],
  [
    'a refused order without a code',
    `UPDATE orders SET reject_code = NULL WHERE order_id = pg_temp.order_id('refused') RETURNING pg_temp.named('order', order_id) AS name`,
    { states: THOSE },
  ],
  [
    'a filled order that is said to rest',
    `UPDATE orders SET status = 'partially_filled', closed_at_ms = NULL, priority = 1, limit_ticks = 10000
     WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('order', order_id) AS name`,
    { states: THOSE },
  ],
  [
    'a leg of an order that is not there',
    `UPDATE orders SET parent_number = 999, group_number = 999 WHERE account_id = ${EVE} AND status = 'held' AND role = 'stop_loss'
     RETURNING pg_temp.named('order', order_id) AS name`,
    { legs: THOSE },
  ],
  [
    'a leg that is held though its entry has ended',
    `UPDATE orders SET status = 'canceled', reason = 'user', held_cents = 0, closed_at_ms = updated_at_ms
     WHERE order_id = pg_temp.order_id('entry');
     SELECT pg_temp.named('order', order_id) AS name FROM orders WHERE status = 'held' AND account_id = ${EVE}`,
    { legs: THOSE },
  ],
  [
    'an epoch that falls',
    "UPDATE journal_batch SET epoch = 5 WHERE batch = 3 RETURNING format('batch %s', batch + 1) AS name",
    { batches: THOSE },
  ],
  [
    'a batch at a later time than the next',
    "UPDATE journal_batch SET time_ms = time_ms + 1000000 WHERE batch = 3 RETURNING format('batch %s', batch + 1) AS name",
    { batches: THOSE },
  ],
  [
    'a batch that was numbered anew',
    `UPDATE journal_batch SET batch = 9000000, prev = 8999999
     WHERE batch = (SELECT batch FROM orders WHERE order_id = pg_temp.order_id('rests'))
     RETURNING format('batch %s', batch) AS name`,
    {
      batches: expect.arrayContaining(['batch 9000000']),
      rows: expect.arrayContaining([dan('answer to o:rests')]),
      chain: expect.anything(),
    },
  ],
  [
    'an order of a batch that is not there',
    `UPDATE orders SET batch = 9000000 WHERE order_id = pg_temp.order_id('rests') RETURNING pg_temp.named('order', order_id) AS name`,
    { rows: THOSE },
  ],
  [
    'a deposit of one cent more, with all balances put right',
    `UPDATE balance SET amount = amount + CASE account_id WHEN ${DAN} THEN 1 ELSE -1 END
       WHERE account_id IN (${DAN}, 3) AND asset = 'USD';
     UPDATE ledger_entry SET balance_after = balance_after + 1 WHERE entry_id >> 32 = ${DAN} AND asset = 'USD' AND NOT (${DANS_DEPOSIT});
     UPDATE ledger_entry SET counter_balance_after = counter_balance_after + 1 WHERE counter_account_id = ${DAN} AND asset = 'USD';
     UPDATE ledger_entry SET balance_after = balance_after + 1, amount = amount + 1 WHERE ${DANS_DEPOSIT};
     SELECT DISTINCT format('batch %s', batch) AS name FROM ledger_entry
       WHERE (entry_id >> 32 = ${DAN} OR counter_account_id = ${DAN}) AND asset = 'USD'`,
    { chain: THOSE },
  ],
  [
    'a hash that was written over',
    `UPDATE journal_batch SET hash = sha256('forged') WHERE batch = 5;
     SELECT unnest(ARRAY['batch 5', 'batch 6']) AS name`,
    { chain: THOSE },
  ],
  [
    'a hash that is gone',
    `UPDATE journal_batch SET hash = NULL WHERE batch = (SELECT max(batch) FROM journal_batch) RETURNING format('batch %s', batch) AS name`,
    { chain: THOSE },
  ],
  [
    'a position that cost one cent less',
    `UPDATE position SET cost_cents = cost_cents - 1 WHERE ${DANS_VLNT} RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { results: THOSE },
  ],
  [
    'a fill that realized one cent more',
    `UPDATE fill SET realized_cents = realized_cents + 1 WHERE order_id = pg_temp.order_id('sells') RETURNING pg_temp.named('fill', fill_id) AS name`,
    { results: THOSE },
  ],
  [
    'an account that made one cent more',
    `UPDATE account SET realized_cents = realized_cents + 1 WHERE account_id = ${DAN} RETURNING format('account %s', account_id) AS name`,
    { results: THOSE },
  ],
  [
    'an account that paid one cent less in fees',
    `UPDATE account SET fees_paid_cents = fees_paid_cents - 1 WHERE account_id = 17 RETURNING format('account %s', account_id) AS name`,
    { results: THOSE },
  ],
  [
    'an account that nobody owns',
    `DELETE FROM account_owner WHERE account_id = ${DAN} RETURNING format('account %s', account_id) AS name`,
    { owners: THOSE },
  ],
  [
    'an answer that is gone',
    `DELETE FROM command_result WHERE command_id = 'o:rests' RETURNING pg_temp.named('order', pg_temp.order_id('rests')) AS name`,
    { answers: THOSE },
  ],
  [
    'an answer after the order’s last change',
    `UPDATE command_result SET batch = batch + 1 WHERE command_id = 'o:rests' RETURNING pg_temp.named('order', pg_temp.order_id('rests')) AS name`,
    { answers: THOSE },
  ],
  [
    'an id given to two orders',
    `ALTER TABLE orders DROP CONSTRAINT orders_client_order_id_key;
     UPDATE orders SET client_order_id = 'rests' WHERE order_id = pg_temp.order_id('stops')
     RETURNING format('account %s, client order id rests', account_id) AS name`,
    { 'client ids': THOSE },
  ],
  [
    'an account that is there twice',
    `INSERT INTO account SELECT * FROM account WHERE account_id = ${DAN} RETURNING format('account %s', account_id) AS name`,
    { keys: THOSE },
  ],
  [
    'a balance in two rows',
    `UPDATE balance SET amount = amount - 1 WHERE account_id = ${DAN} AND asset = 'USD';
     INSERT INTO balance (account_id, asset, amount, floor) VALUES (${DAN}, 'USD', 1, 0)
     RETURNING format('account %s, %s', account_id, asset) AS name`,
    { keys: THOSE, balances: [dan('USD'), dan('USD')], 'held cash': [`account ${DAN}`] },
  ],
  [
    'a position that is there twice',
    `INSERT INTO position SELECT * FROM position WHERE ${DANS_VLNT}
     RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { keys: THOSE },
  ],
]

describe('it finds', () => {
  test.each(SPOILS)('%s', async (_, statement, expected) => {
    const { names, results } = await spoilt(statement)
    const those = (faults: unknown) => (faults === THOSE ? names.sort() : faults)
    const wanted = Object.fromEntries(Object.entries(expected).map(([check, faults]) => [check, those(faults)]))
    expect(faultsOf(results)).toEqual(wanted)
  })
})

test('each check has been tried on a database that was spoilt for it', () => {
  const tried = new Set(SPOILS.flatMap(([, , faults]) => Object.keys(faults)))
  expect([...tried].sort()).toEqual(CHECKS.map(({ name }) => name).sort())
})

test('of many faults the first are named and the rest counted', async () => {
  const { results } = await spoilt(
    "UPDATE orders SET version = version, held_cents = held_cents + 1 RETURNING 'all' AS name",
  )
  const holds = results.find(({ check }) => check === 'holds')
  const lines = holds === undefined ? [] : linesOf(holds)
  expect(holds?.faults).toBe(holds?.counted)
  expect(lines[0]).toMatch(/^FAULT {2}each open order holds .* \(\d+ orders\): \d+ do not hold$/)
  expect(lines).toHaveLength(22)
  expect(lines.at(-1)).toBe(`         and ${(holds?.faults ?? 0) - 20} more`)
})

test('a market that goes on meanwhile is seen as it was at one moment', async () => {
  await using fresh = await freshDatabase()
  await using floor = await AuditedFloor.open(fresh.url)
  await floor.trade(4, 1)
  const trading = floor.trade(5, 4)
  const audits: Promise<unknown>[] = []
  for (let i = 0; i < 3; i++) audits.push(audit(fresh.url).then(({ results }) => faultsOf(results)))
  expect(await Promise.all(audits)).toEqual([{}, {}, {}])
  await trading
})
