import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type FreshDatabase } from '../../test/rig/postgres.ts'
import { audit, type CheckResult } from './audit.ts'
import { addKnownOrders, AuditedExchange, DAN, EVE } from './audit.fixture.ts'
import { CHECKS } from './checks.ts'
import { linesOf } from './report.ts'

/** An account with fills that was closed for good. */
const CLOSED = 16

/** A database with trades and without errors. Nothing is connected to it, so that it can be copied. */
let intact: FreshDatabase
let intactName: string
beforeAll(async () => {
  intact = await freshDatabase()
  intactName = new URL(intact.url).pathname.slice(1)
  await using exchange = await AuditedExchange.open(intact.url)
  await exchange.trade(1, 6)
  await exchange.dividend('VLNT', 7)
  await exchange.split('VLNT', 3, 2)
  await exchange.trade(2, 3)
  await exchange.apply({ kind: 'account.reset', account: 17, startingCents: 5_000_000 })
  await exchange.split('VLNT', 2, 3)
  await exchange.trade(3, 5)
  await exchange.apply({ kind: 'account.close', account: CLOSED })
  await addKnownOrders(exchange)
})
afterAll(() => intact[Symbol.asyncDispose]())

/** Audits a copy of the intact database after running a statement in it with constraints and triggers disabled. */
async function corrupted(statement: string): Promise<{ names: string[]; results: readonly CheckResult[] }> {
  await using copy = await freshDatabase(undefined, intactName)
  const client = new pg.Client({ connectionString: copy.url })
  await client.connect()
  let names: string[]
  try {
    await client.query("SET session_replication_role = 'replica'; SET transaction_timeout = 0")
    const done: unknown = await client.query(`${FUNCTIONS}; ${statement}`)
    const last = (Array.isArray(done) ? done.at(-1) : done) as pg.QueryResult<{ name: string }>
    expect(last.rows.length, 'corrupted rows').toBeGreaterThan(0)
    names = last.rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
  return { names, results: (await audit(copy.url)).results }
}
/** SQL functions: the name of a row as an audit reports it, and the id of a known order. */
const FUNCTIONS = `
  CREATE FUNCTION pg_temp.named(what text, id bigint) RETURNS text LANGUAGE sql
    RETURN format('account %s, %s %s', id >> 32, what, id & 4294967295);
  CREATE FUNCTION pg_temp.order_id(client_id text) RETURNS bigint LANGUAGE sql
    RETURN (SELECT order_id FROM orders WHERE client_order_id = client_id AND account_id IN (${DAN}, ${EVE}))`

/** The reported rows of each failed check. */
const faultsOf = (results: readonly CheckResult[]): Record<string, string[]> =>
  Object.fromEntries(
    results.filter(({ ok }) => !ok).map(({ check, rows }) => [check, rows.map(({ row }) => row).sort()]),
  )

test('all checks of an intact database pass and count what they verified', async () => {
  const { results, last } = await audit(intact.url)
  expect(faultsOf(results)).toEqual({})
  expect(results.map(({ check }) => check)).toEqual(CHECKS.map(({ name }) => name))
  for (const { check, counted } of results) expect(counted, check).toBeGreaterThan(0)
  expect(last.hash).toMatch(/^[0-9a-f]{64}$/)
  const [line] = results.flatMap(linesOf).filter((text) => text.includes('sums of their entries'))
  expect(line).toMatch(/^ok {5}balances equal the sums of their entries \(\d+ balances\)$/)
})

test('the intact database contains every kind of row that the checks cover', async () => {
  const client = new pg.Client({ connectionString: intact.url })
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
      "account WHERE mode = 'closed'",
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

/** Stands for the rows that the statement returns as corrupted. */
const CORRUPTED_ROWS = 'corrupted rows'
const DANS_DEPOSIT = `entry_id = (${DAN}::bigint << 32) + 1`
const DANS_VLNT = `account_id = ${DAN} AND symbol = 'VLNT'`
const dan = (row: string) => `account ${DAN}, ${row}`

/** Each corruption, and the rows that each check then reports. Any changed entry also breaks its batch's hash. */
const CORRUPTIONS: readonly (readonly [what: string, statement: string, faults: Record<string, unknown>])[] = [
  [
    'a deposit from the house account',
    `UPDATE ledger_entry SET counter_account_id = 1 WHERE ${DANS_DEPOSIT} RETURNING pg_temp.named('entry', entry_id) AS name`,
    {
      entries: CORRUPTED_ROWS,
      balances: ['account 1, USD', 'account 3, USD'],
      chain: [expect.stringMatching(/^batch \d+$/)],
    },
  ],
  [
    'an entry of a missing account',
    `DELETE FROM account WHERE account_id = ${EVE} RETURNING format('account %s', account_id) AS name`,
    { entries: expect.anything(), owners: CORRUPTED_ROWS },
  ],
  [
    'a balance with one cent too much',
    "UPDATE balance SET amount = amount + 1 WHERE account_id = 2 AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name",
    { assets: ['USD'], balances: CORRUPTED_ROWS },
  ],
  [
    'one cent moved from one account to another',
    `UPDATE balance SET amount = amount + CASE account_id WHEN ${DAN} THEN 1 ELSE -1 END
     WHERE account_id IN (${DAN}, ${EVE}) AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { balances: CORRUPTED_ROWS },
  ],
  [
    'a missing balance',
    `DELETE FROM balance WHERE account_id = ${EVE} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { assets: ['USD'], balances: CORRUPTED_ROWS },
  ],
  [
    'a balance in the middle of a history',
    `UPDATE ledger_entry SET balance_after = balance_after + 1
     WHERE entry_id = (SELECT max(entry_id) FROM ledger_entry WHERE entry_id >> 32 = ${DAN} AND asset = 'USD')
     RETURNING pg_temp.named('entry', entry_id) AS name`,
    { 'running balances': CORRUPTED_ROWS, chain: [expect.stringMatching(/^batch/)] },
  ],
  [
    'the same on the other side of the entry',
    `UPDATE ledger_entry SET counter_balance_after = counter_balance_after + 1
     WHERE entry_id >> 32 = ${EVE} AND counter_account_id = ${DAN} AND asset = 'VLNT'
     RETURNING pg_temp.named('entry', (counter_account_id::bigint << 32) + counter_number) AS name`,
    { 'running balances': CORRUPTED_ROWS, chain: [expect.stringMatching(/^batch/)] },
  ],
  [
    'a missing order',
    `DELETE FROM orders WHERE order_id = pg_temp.order_id('refused') RETURNING pg_temp.named('order', order_id + 1) AS name`,
    { numbers: CORRUPTED_ROWS },
  ],
  [
    'a last entry number that no entry has',
    `UPDATE account SET entry_number = entry_number + 1 WHERE account_id = ${EVE} RETURNING format('account %s', account_id) AS name`,
    { numbers: CORRUPTED_ROWS },
  ],
  [
    'an entry earlier than the one before it',
    `UPDATE ledger_entry SET time_ms = 1
     WHERE entry_id = (SELECT max(entry_id) FROM ledger_entry WHERE entry_id >> 32 = ${DAN})
     RETURNING pg_temp.named('entry', entry_id) AS name`,
    { numbers: CORRUPTED_ROWS, chain: [expect.stringMatching(/^batch/)] },
  ],
  [
    'a cash account without a floor',
    `UPDATE balance SET floor = NULL WHERE account_id = ${DAN} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { floors: CORRUPTED_ROWS },
  ],
  [
    'a mode changed by hand',
    `UPDATE account SET mode = 'margin' WHERE account_id = ${DAN};
     SELECT format('account %s, %s', account_id, asset) AS name FROM balance WHERE account_id = ${DAN}`,
    { floors: CORRUPTED_ROWS },
  ],
  [
    'a cash account with debt',
    `UPDATE balance SET amount = -1, floor = NULL WHERE account_id = ${DAN} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { assets: ['USD'], balances: CORRUPTED_ROWS, floors: CORRUPTED_ROWS, 'held cash': [`account ${DAN}`] },
  ],
  [
    'a closed account with money',
    `UPDATE balance SET amount = amount + 1 WHERE account_id = ${CLOSED} AND asset = 'USD' RETURNING format('account %s, USD', account_id) AS name`,
    { assets: ['USD'], balances: CORRUPTED_ROWS, floors: CORRUPTED_ROWS },
  ],
  [
    'a closed account with an open order',
    `UPDATE orders SET closed_at_ms = NULL, status = 'open', reason = NULL
     WHERE order_id = (SELECT min(order_id) FROM orders WHERE order_id >> 32 = ${CLOSED} AND reason = 'reset' AND side = 'buy')
     RETURNING pg_temp.named('order', order_id) AS name`,
    { floors: CORRUPTED_ROWS, holds: CORRUPTED_ROWS, states: CORRUPTED_ROWS },
  ],
  [
    'a position with one lot too many',
    `UPDATE position SET lots = lots + 1 WHERE ${DANS_VLNT} RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { positions: CORRUPTED_ROWS, results: CORRUPTED_ROWS },
  ],
  [
    'a hold of one cent too much',
    `UPDATE orders SET held_cents = held_cents + 1 WHERE order_id = pg_temp.order_id('rests') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: CORRUPTED_ROWS },
  ],
  [
    'a stop order that holds only its cost at the trigger price',
    `UPDATE orders SET held_cents = lots * stop_ticks + (lots * stop_ticks * 5 + 9999) / 10000
     WHERE order_id = pg_temp.order_id('stops') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: CORRUPTED_ROWS },
  ],
  [
    'a canceled order that still holds cash',
    `UPDATE orders SET held_cents = 1 WHERE order_id = pg_temp.order_id('gone') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: CORRUPTED_ROWS },
  ],
  [
    'a resting order with a changed price',
    `UPDATE orders SET limit_ticks = limit_ticks - 1 WHERE order_id = pg_temp.order_id('rests') RETURNING pg_temp.named('order', order_id) AS name`,
    { holds: CORRUPTED_ROWS },
  ],
  [
    'an order for more than the account’s cash',
    `UPDATE orders SET lots = 900000, held_cents = 9000 * 900000::bigint + (9000 * 900000::bigint * 5 + 9999) / 10000
     WHERE order_id = pg_temp.order_id('rests') RETURNING format('account %s', account_id) AS name`,
    { 'held cash': CORRUPTED_ROWS },
  ],
  [
    'a sale of more than the position',
    `UPDATE orders SET lots = 500 WHERE order_id = pg_temp.order_id('sells') RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { 'held lots': CORRUPTED_ROWS },
  ],
  [
    'an exit of a margin account for more than the position',
    `UPDATE orders SET lots = lots + 1 WHERE account_id = ${EVE} AND status = 'untriggered'
     RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { 'held lots': CORRUPTED_ROWS },
  ],
  [
    'an order with more fees than its fills',
    `UPDATE orders SET fees_paid_cents = fees_paid_cents + 1, fee_cent_bps = fee_cent_bps + 10000
     WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('order', order_id) AS name`,
    { orders: CORRUPTED_ROWS },
  ],
  [
    'a fill with the wrong fee rate',
    `UPDATE fill SET liquidity = 'maker' WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('order', order_id) AS name`,
    { orders: CORRUPTED_ROWS },
  ],
  [
    'an order with one filled lot too many',
    `UPDATE orders SET filled_lots = filled_lots + 1 WHERE order_id = pg_temp.order_id('sells') RETURNING pg_temp.named('order', order_id) AS name`,
    { orders: CORRUPTED_ROWS },
  ],
  [
    'a missing fill',
    `DELETE FROM fill WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('fill', fill_id) AS name`,
    {
      fills: CORRUPTED_ROWS,
      orders: [expect.stringMatching(`^account ${DAN}, order`)],
      numbers: [dan('fill 2')],
      results: [`account ${DAN}`, dan('VLNT'), dan('fill 2')],
    },
  ],
  [
    'a fill worth one cent too much',
    `UPDATE fill SET fee_cents = fee_cents + 1 WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('fill', fill_id) AS name`,
    { fills: CORRUPTED_ROWS, orders: [expect.stringMatching(`^account ${DAN}, order`)] },
  ],
  [
    'a fill in a different batch than its entries',
    `UPDATE fill SET batch = batch + 1 WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('fill', fill_id) AS name`,
    { fills: CORRUPTED_ROWS },
  ],
  [
    'a fill on the opposite side of its order',
    `UPDATE orders SET side = 'sell' WHERE order_id = pg_temp.order_id('bought');
     SELECT pg_temp.named('fill', fill_id) AS name FROM fill WHERE order_id = pg_temp.order_id('bought')`,
    { fills: CORRUPTED_ROWS },
  ],
  [
    'a canceled order without a reason',
    `UPDATE orders SET reason = NULL WHERE order_id = pg_temp.order_id('gone') RETURNING pg_temp.named('order', order_id) AS name`,
    { states: CORRUPTED_ROWS },
  ],
  [
    'a refused order without a code',
    `UPDATE orders SET reject_code = NULL WHERE order_id = pg_temp.order_id('refused') RETURNING pg_temp.named('order', order_id) AS name`,
    { states: CORRUPTED_ROWS },
  ],
  [
    'a filled order with the status open',
    `UPDATE orders SET status = 'partially_filled', closed_at_ms = NULL, priority = 1, limit_ticks = 10000
     WHERE order_id = pg_temp.order_id('bought') RETURNING pg_temp.named('order', order_id) AS name`,
    { states: CORRUPTED_ROWS },
  ],
  [
    'a leg without its entry order',
    `UPDATE orders SET parent_number = 999, group_number = 999 WHERE account_id = ${EVE} AND status = 'held' AND role = 'stop_loss'
     RETURNING pg_temp.named('order', order_id) AS name`,
    { legs: CORRUPTED_ROWS },
  ],
  [
    'a leg still held though its entry order is closed',
    `UPDATE orders SET status = 'canceled', reason = 'user', held_cents = 0, closed_at_ms = updated_at_ms
     WHERE order_id = pg_temp.order_id('entry');
     SELECT pg_temp.named('order', order_id) AS name FROM orders WHERE status = 'held' AND account_id = ${EVE}`,
    { legs: CORRUPTED_ROWS },
  ],
  [
    'an epoch that decreases',
    "UPDATE journal_batch SET epoch = 5 WHERE batch = 3 RETURNING format('batch %s', batch + 1) AS name",
    { batches: CORRUPTED_ROWS },
  ],
  [
    'a batch later than the next one',
    "UPDATE journal_batch SET time_ms = time_ms + 1000000 WHERE batch = 3 RETURNING format('batch %s', batch + 1) AS name",
    { batches: CORRUPTED_ROWS },
  ],
  [
    'a renumbered batch',
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
    'an order of a missing batch',
    `UPDATE orders SET batch = 9000000 WHERE order_id = pg_temp.order_id('rests') RETURNING pg_temp.named('order', order_id) AS name`,
    { rows: CORRUPTED_ROWS },
  ],
  [
    'a deposit raised by one cent, with all balances adjusted',
    `UPDATE balance SET amount = amount + CASE account_id WHEN ${DAN} THEN 1 ELSE -1 END
       WHERE account_id IN (${DAN}, 3) AND asset = 'USD';
     UPDATE ledger_entry SET balance_after = balance_after + 1 WHERE entry_id >> 32 = ${DAN} AND asset = 'USD' AND NOT (${DANS_DEPOSIT});
     UPDATE ledger_entry SET counter_balance_after = counter_balance_after + 1 WHERE counter_account_id = ${DAN} AND asset = 'USD';
     UPDATE ledger_entry SET balance_after = balance_after + 1, amount = amount + 1 WHERE ${DANS_DEPOSIT};
     SELECT DISTINCT format('batch %s', batch) AS name FROM ledger_entry
       WHERE (entry_id >> 32 = ${DAN} OR counter_account_id = ${DAN}) AND asset = 'USD'`,
    { chain: CORRUPTED_ROWS },
  ],
  [
    'an overwritten hash',
    `UPDATE journal_batch SET hash = sha256('forged') WHERE batch = 5;
     SELECT unnest(ARRAY['batch 5', 'batch 6']) AS name`,
    { chain: CORRUPTED_ROWS },
  ],
  [
    'a missing hash',
    `UPDATE journal_batch SET hash = NULL WHERE batch = (SELECT max(batch) FROM journal_batch) RETURNING format('batch %s', batch) AS name`,
    { chain: CORRUPTED_ROWS },
  ],
  [
    'a position with one cent too little cost',
    `UPDATE position SET cost_cents = cost_cents - 1 WHERE ${DANS_VLNT} RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { results: CORRUPTED_ROWS },
  ],
  [
    'a fill with one cent too much realized profit',
    `UPDATE fill SET realized_cents = realized_cents + 1 WHERE order_id = pg_temp.order_id('sells') RETURNING pg_temp.named('fill', fill_id) AS name`,
    { results: CORRUPTED_ROWS },
  ],
  [
    'an account with one cent too much realized profit',
    `UPDATE account SET realized_cents = realized_cents + 1 WHERE account_id = ${DAN} RETURNING format('account %s', account_id) AS name`,
    { results: CORRUPTED_ROWS },
  ],
  [
    'an account with one cent too little paid in fees',
    `UPDATE account SET fees_paid_cents = fees_paid_cents - 1 WHERE account_id = 17 RETURNING format('account %s', account_id) AS name`,
    { results: CORRUPTED_ROWS },
  ],
  [
    'an account without an owner',
    `DELETE FROM account_owner WHERE account_id = ${DAN} RETURNING format('account %s', account_id) AS name`,
    { owners: CORRUPTED_ROWS },
  ],
  [
    'a missing answer',
    `DELETE FROM command_result WHERE command_id = 'o:rests' RETURNING pg_temp.named('order', pg_temp.order_id('rests')) AS name`,
    { answers: CORRUPTED_ROWS },
  ],
  [
    'an answer recorded after the order’s last change',
    `UPDATE command_result SET batch = batch + 1 WHERE command_id = 'o:rests' RETURNING pg_temp.named('order', pg_temp.order_id('rests')) AS name`,
    { answers: CORRUPTED_ROWS },
  ],
  [
    'one client order id for two orders',
    `ALTER TABLE orders DROP CONSTRAINT orders_client_order_id_key;
     UPDATE orders SET client_order_id = 'rests' WHERE order_id = pg_temp.order_id('stops')
     RETURNING format('account %s, client order id rests', account_id) AS name`,
    { 'client ids': CORRUPTED_ROWS },
  ],
  [
    'a duplicated account',
    `INSERT INTO account SELECT * FROM account WHERE account_id = ${DAN} RETURNING format('account %s', account_id) AS name`,
    { keys: CORRUPTED_ROWS },
  ],
  [
    'a balance in two rows',
    `UPDATE balance SET amount = amount - 1 WHERE account_id = ${DAN} AND asset = 'USD';
     INSERT INTO balance (account_id, asset, amount, floor) VALUES (${DAN}, 'USD', 1, 0)
     RETURNING format('account %s, %s', account_id, asset) AS name`,
    { keys: CORRUPTED_ROWS, balances: [dan('USD'), dan('USD')], 'held cash': [`account ${DAN}`] },
  ],
  [
    'a duplicated position',
    `INSERT INTO position SELECT * FROM position WHERE ${DANS_VLNT}
     RETURNING format('account %s, %s', account_id, symbol) AS name`,
    { keys: CORRUPTED_ROWS },
  ],
]

describe('it finds', () => {
  test.each(CORRUPTIONS)('%s', async (_, statement, expected) => {
    const { names, results } = await corrupted(statement)
    const expectedRows = (faults: unknown) => (faults === CORRUPTED_ROWS ? names.sort() : faults)
    const wanted = Object.fromEntries(Object.entries(expected).map(([check, faults]) => [check, expectedRows(faults)]))
    expect(faultsOf(results)).toEqual(wanted)
  })
})

test('every check is covered by a corruption', () => {
  const tried = new Set(CORRUPTIONS.flatMap(([, , faults]) => Object.keys(faults)))
  expect([...tried].sort()).toEqual(CHECKS.map(({ name }) => name).sort())
})

test('the first faults are listed and the rest counted', async () => {
  const { results } = await corrupted(
    "UPDATE orders SET version = version, held_cents = held_cents + 1 RETURNING 'all' AS name",
  )
  const holds = results.find(({ check }) => check === 'holds')
  const lines = holds === undefined ? [] : linesOf(holds)
  expect(holds?.faults).toBe(holds?.counted)
  expect(lines[0]).toMatch(/^FAULT {2}each open order holds .* \(\d+ orders\): \d+ do not hold$/)
  expect(lines).toHaveLength(22)
  expect(lines.at(-1)).toBe(`         and ${(holds?.faults ?? 0) - 20} more`)
})

test('a market that keeps trading is audited at a single moment', async () => {
  await using fresh = await freshDatabase()
  await using exchange = await AuditedExchange.open(fresh.url)
  await exchange.trade(4, 1)
  const trading = exchange.trade(5, 4)
  const audits: Promise<unknown>[] = []
  for (let i = 0; i < 3; i++) audits.push(audit(fresh.url).then(({ results }) => faultsOf(results)))
  expect(await Promise.all(audits)).toEqual([{}, {}, {}])
  await trading
})
