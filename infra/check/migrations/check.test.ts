import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Migration, problemsOf } from './check.ts'

const FOLDER = fileURLToPath(new URL('../../../db/migrations', import.meta.url))

/**
 * Released before there was this check. 0004 makes triggers of the tables that came with it; 0005 runs what cannot be
 * looked at, and sets no more than the role's limits. But 0007 ends the commits of the version before, and rewrites the
 * ledger under a lock; and 0008 builds an index under one.
 */
const RELEASED = ['0004_functions', '0005_timeouts', '0007_complete_exchange', '0008_standby']

const ours = (): Migration[] =>
  readdirSync(FOLDER)
    .sort()
    .map((file) => ({ name: file.replace('.sql', ''), text: readFileSync(join(FOLDER, file), 'utf8') }))

test('our migrations block nobody, and keep what the previous version uses', async () => {
  expect(await problemsOf(ours(), RELEASED)).toEqual([])
})

test('of the released migrations exactly these are refused', async () => {
  const refused = new Set((await problemsOf(ours())).map((problem) => problem.split(':')[0]))
  expect([...refused]).toEqual(RELEASED)
})

const BEFORE = `
  CREATE SCHEMA auth;
  CREATE TABLE orders (id bigint PRIMARY KEY, account int NOT NULL, tag text, note text NOT NULL DEFAULT '');
  CREATE TABLE account (id int PRIMARY KEY, cash bigint NOT NULL);
  CREATE TABLE bar (at bigint) PARTITION BY RANGE (at);
  CREATE TABLE auth.session (id text);
  CREATE INDEX orders_tag ON orders (tag);
  CREATE TYPE batch_order AS (id bigint);
  CREATE TYPE side AS ENUM ('buy', 'sell');
  CREATE DOMAIN cents AS bigint;
  CREATE VIEW open_order AS SELECT id FROM orders;
  CREATE FUNCTION commit_batch(p_epoch bigint, p_orders batch_order[]) RETURNS void LANGUAGE sql AS 'SELECT';
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER orders_for_ever BEFORE DELETE ON orders FOR EACH STATEMENT EXECUTE FUNCTION refuse();`
const CHECKED = 'ALTER TABLE orders ADD CONSTRAINT tag_given CHECK (tag IS NOT NULL) NOT VALID'
const BESIDE = '-- no transaction: built beside trading.\n'

/** Problems of a migration after those. */
const said = async (text: string, ...between: string[]): Promise<string[]> => {
  const made = [BEFORE, ...between].map((each, i) => ({ name: `000${i}`, text: each }))
  const problems = await problemsOf(
    [...made, { name: 'new', text }],
    made.map(({ name }) => name),
  )
  return problems.map((problem) => problem.replace('new: ', ''))
}

const LOCKS = '-- locks: this is a case of the tests'
const CONTRACT = '-- contract: this is a case of the tests, since 0001'

test.each([
  ['CREATE INDEX orders_account ON orders (account);'],
  ['CREATE INDEX ON auth.session (id);'],
  ['REINDEX TABLE orders;'],
  ['ALTER TABLE orders ADD CONSTRAINT new_ok CHECK (extra > 0), ADD COLUMN extra int;'],
  ['ALTER TABLE orders ADD COLUMN extra uuid DEFAULT gen_random_uuid();'],
  ['ALTER TABLE orders ADD COLUMN extra timestamptz DEFAULT clock_timestamp();'],
  ["ALTER TABLE orders ADD COLUMN extra bigint NOT NULL DEFAULT nextval('s');"],
  ['ALTER TABLE orders ADD COLUMN extra bigserial;'],
  ['ALTER TABLE orders ADD COLUMN extra bigint GENERATED ALWAYS AS IDENTITY;'],
  ['ALTER TABLE orders ADD COLUMN extra bigint GENERATED ALWAYS AS (id + 1) STORED;'],
  ['ALTER TABLE orders ADD COLUMN extra text UNIQUE;'],
  ['ALTER TABLE orders ADD COLUMN extra int CHECK (extra > 0);'],
  ['ALTER TABLE orders ADD COLUMN extra int REFERENCES account;'],
  [`${CHECKED}; ALTER TABLE orders VALIDATE CONSTRAINT tag_given; ${CONTRACT}`],
  ['CREATE TABLE bar_1 PARTITION OF bar FOR VALUES FROM (1) TO (2);'],
  ['ALTER TABLE orders SET UNLOGGED;'],
  ['ALTER TABLE orders CLUSTER ON orders_tag;'],
  ['UPDATE orders SET tag = note;'],
  ['DELETE FROM orders WHERE tag IS NULL;'],
  ['MERGE INTO orders USING account a ON a.id = orders.account WHEN MATCHED THEN DO NOTHING;'],
  ['WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone;'],
  ['WITH told AS (UPDATE orders SET tag = note RETURNING id) INSERT INTO account SELECT id, 0 FROM told;'],
  ['SELECT FROM orders FOR UPDATE;'],
  ['LOCK TABLE orders IN EXCLUSIVE MODE;'],
  ["DO $$ BEGIN EXECUTE 'DROP TABLE orders'; END $$;"],
  ['CALL anything();'],
  ['CLUSTER orders;'],
  ['ALTER TABLE orders ADD COLUMN extra int; CREATE TABLE copy (id bigint); INSERT INTO copy SELECT id FROM orders;'],
])('refused because it blocks traders: %s', async (text) => {
  expect(await said(text)).not.toEqual([])
  // A reason excuses it, and a reason for something else does not.
  expect(await said(`${LOCKS}\n${text}`)).toEqual([])
  expect(await said(text.includes(CONTRACT) ? text : `${CONTRACT}\n${text}`)).not.toEqual([])
})

test.each([
  ['DROP TABLE orders;'],
  ['DROP TABLE auth.session;'],
  ['DROP VIEW open_order;'],
  ['DROP TYPE batch_order;'],
  ['DROP FUNCTION commit_batch;'],
  ['DROP FUNCTION commit_batch(bigint, batch_order[]);'],
  ['DROP TRIGGER orders_for_ever ON orders;'],
  ['DROP SCHEMA auth CASCADE;'],
  ['ALTER TABLE orders DROP COLUMN tag;'],
  ['ALTER TABLE orders DROP CONSTRAINT orders_pkey;'],
  ['ALTER TABLE orders RENAME TO commands;'],
  ['ALTER TABLE orders RENAME COLUMN tag TO label;'],
  ['ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_key;'],
  ['ALTER FUNCTION commit_batch RENAME TO commit_old;'],
  ['ALTER TYPE side RENAME VALUE $$buy$$ TO $$bid$$;'.replaceAll('$$', "'")],
  ["ALTER TYPE side ADD VALUE 'short';"],
  ['ALTER TYPE batch_order ADD ATTRIBUTE tag text;'],
  ['ALTER TABLE orders SET SCHEMA auth;'],
  ['ALTER TABLE orders ADD COLUMN extra int NOT NULL;'],
  ['ALTER TABLE orders ALTER COLUMN note DROP DEFAULT;'],
  ['ALTER TABLE orders ADD CONSTRAINT positive CHECK (account > 0) NOT VALID;'],
  ['ALTER TABLE orders ADD CONSTRAINT owner FOREIGN KEY (account) REFERENCES account NOT VALID;'],
  [
    'CREATE OR REPLACE FUNCTION commit_batch(p_epoch bigint, p_orders batch_order[], p_tag text) RETURNS void LANGUAGE sql AS $$SELECT$$;',
  ],
  ['CREATE FUNCTION commit_batch(p_epoch int) RETURNS void LANGUAGE sql AS $$SELECT$$;'],
  [
    'CREATE OR REPLACE FUNCTION commit_batch(p_epoch bigint, p_orders batch_order[]) RETURNS int LANGUAGE sql AS $$SELECT 1$$;',
  ],
  ['CREATE OR REPLACE VIEW open_order AS SELECT id, tag FROM orders;'],
  ['CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse();'],
  ['REVOKE SELECT ON orders FROM PUBLIC;'],
  ['ALTER TABLE orders OWNER TO somebody;'],
  [`${BESIDE}DROP INDEX CONCURRENTLY IF EXISTS orders_tag;`],
  [`${BESIDE}DROP INDEX CONCURRENTLY IF EXISTS one;\nCREATE UNIQUE INDEX CONCURRENTLY one ON orders (tag);`],
])('refused because it breaks the running version: %s', async (text) => {
  expect(await said(text)).not.toEqual([])
  expect(await said(`${text}\n${CONTRACT}`)).toEqual([])
  expect(await said(`${text}\n${LOCKS}`)).not.toEqual([])
})

test.each([
  ['ALTER TABLE orders ALTER COLUMN tag SET NOT NULL;'],
  ['ALTER TABLE orders ALTER COLUMN account TYPE bigint;'],
  ['ALTER TABLE orders ALTER COLUMN note TYPE varchar(10);'],
  ['ALTER TABLE orders ADD CONSTRAINT positive CHECK (account > 0);'],
  ['ALTER TABLE orders ADD CONSTRAINT one UNIQUE (tag);'],
  ['ALTER TABLE orders ADD CONSTRAINT owner FOREIGN KEY (account) REFERENCES account;'],
  ['ALTER TABLE bar DETACH PARTITION bar_1;'],
  ['ALTER DOMAIN cents ADD CHECK (VALUE > 0);'],
  ['DROP INDEX orders_tag;'],
  ['TRUNCATE orders;'],
])('refused because it does both: %s', async (text) => {
  expect(await said(`${CONTRACT}\n${text}`)).not.toEqual([])
  expect(await said(`${LOCKS}\n${text}`)).not.toEqual([])
  expect(await said(`${LOCKS}\n${CONTRACT}\n${text}`)).toEqual([])
})

test.each([
  ['SET lock_timeout = 0;'],
  ['SET LOCAL statement_timeout = 0;'],
  ['BEGIN; CREATE TABLE a (b int); COMMIT;'],
  ['CREATE INDEX CONCURRENTLY orders_account ON orders (account);'],
  [`${BESIDE}CREATE INDEX CONCURRENTLY orders_account ON orders (account);`],
  [`${BESIDE}DROP INDEX CONCURRENTLY IF EXISTS one; CREATE INDEX CONCURRENTLY one ON orders (account);`],
  [`${BESIDE}CREATE TABLE a (b int);`],
  [`${BESIDE}DROP INDEX CONCURRENTLY orders_tag;`],
  ['CREATE TABLE a (b int'],
])('refused whatever its comments say: %s', async (text) => {
  expect(await said(`${text}\n${LOCKS}\n${CONTRACT}`)).not.toEqual([])
  expect(await said(text)).not.toEqual([])
})

test.each([
  [
    'a new table, with what belongs to it',
    'CREATE TABLE a (b int UNIQUE CHECK (b > 0), c int REFERENCES account); CREATE INDEX a_c ON a (c); ALTER TABLE a ADD CONSTRAINT d CHECK (c > 0), ALTER COLUMN b SET NOT NULL, DROP COLUMN c; ALTER TABLE a RENAME TO e; INSERT INTO a SELECT id FROM orders; UPDATE a SET b = 1;',
  ],
  ['a column that may be null', 'ALTER TABLE orders ADD COLUMN extra text;'],
  [
    'a column with a constant default',
    "ALTER TABLE orders ADD COLUMN extra text NOT NULL DEFAULT 'none', ADD COLUMN flag boolean NOT NULL DEFAULT false;",
  ],
  [
    'a column with a stable default',
    'ALTER TABLE orders ADD COLUMN made timestamptz NOT NULL DEFAULT now(), ADD COLUMN day date DEFAULT CURRENT_DATE;',
  ],
  [
    'a check of a new column',
    'ALTER TABLE orders ADD COLUMN extra int, ADD CONSTRAINT extra_positive CHECK (extra > 0) NOT VALID;',
  ],
  [
    'a default, and null where there was none',
    "ALTER TABLE orders ALTER COLUMN tag SET DEFAULT 'x', ALTER COLUMN note DROP NOT NULL;",
  ],
  ['how full a page is', 'ALTER TABLE orders SET (fillfactor = 80);'],
  [
    'a partition that is attached',
    'CREATE TABLE bar_1 (LIKE bar INCLUDING ALL); ALTER TABLE bar ATTACH PARTITION bar_1 FOR VALUES FROM (1) TO (2);',
  ],
  [
    'a function beside another, and one of the same signature with another body',
    "CREATE FUNCTION commit_batch_2(p_epoch bigint) RETURNS void LANGUAGE sql AS 'SELECT'; CREATE OR REPLACE FUNCTION commit_batch(p_epoch bigint, p_orders public.batch_order[]) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';",
  ],
  [
    'a new type, and one more word of it',
    "CREATE TYPE kind AS ENUM ('a'); CREATE TYPE batch_order_2 AS (id bigint, tag text); COMMENT ON TABLE orders IS 'x';",
  ],
  ['a right that is given', 'GRANT SELECT ON orders TO PUBLIC;'],
  [
    'an index beside trading',
    `${BESIDE}DROP INDEX CONCURRENTLY IF EXISTS orders_account;\nCREATE INDEX CONCURRENTLY orders_account ON orders (account);\n`,
  ],
  ['an index made anew beside trading', `${BESIDE}REINDEX INDEX CONCURRENTLY orders_tag;\n`],
  ['a row', 'INSERT INTO account VALUES (1, 0) ON CONFLICT DO NOTHING;'],
  [
    'what Postgres 17 and 18 brought',
    "CREATE TABLE m (id uuid DEFAULT uuidv7(), total int GENERATED ALWAYS AS (1) VIRTUAL, UNIQUE (id)); INSERT INTO m SELECT gen_random_uuid() FROM JSON_TABLE('[1]'::jsonb, '$[*]' COLUMNS (a int PATH '$')); MERGE INTO m USING account a ON false WHEN NOT MATCHED BY SOURCE THEN DELETE;",
  ],
])('allowed: %s', async (_what, text) => {
  expect(await said(text)).toEqual([])
})

test('NOT NULL takes three migrations: a check for new rows, its validation, SET NOT NULL', async () => {
  const validated = 'ALTER TABLE orders VALIDATE CONSTRAINT tag_given;'
  const set = 'ALTER TABLE orders ALTER COLUMN tag SET NOT NULL;'
  expect(await said(validated, `${CHECKED};`)).toEqual([])
  expect(await said(set, `${CHECKED};`, validated)).toEqual([])
  expect(await said(set, `${CHECKED};`)).not.toEqual([])
  expect(await said(set, `${CHECKED.replace('tag IS', 'note IS')};`, validated)).not.toEqual([])
})

test.each([
  ['-- contract: it is old\nDROP TABLE orders;', /expected "-- contract: why/],
  ['-- contract: x, since 1\nDROP TABLE orders;', /expected "-- contract: why/],
  ['-- locks: ok\nLOCK TABLE orders;', /expected "-- locks: why/],
  [`${CONTRACT}\nCREATE TABLE a (b int);`, /nothing needs the comment "-- contract:"/],
  [`${LOCKS}\nCREATE TABLE a (b int);`, /nothing needs the comment "-- locks:"/],
  [`COMMENT ON TABLE orders IS '${CONTRACT}';\nDROP TABLE orders;`, /DROP TABLE orders/],
])('a comment that says too little, or excuses nothing: %s', async (text, problem) => {
  expect((await said(text)).join('\n')).toMatch(problem)
})

test('a problem names the migration, the object and the alternative', async () => {
  expect(
    await problemsOf(
      [
        { name: '0001', text: BEFORE },
        { name: '0002_tag', text: 'CREATE INDEX a ON orders (tag);' },
      ],
      ['0001'],
    ),
  ).toEqual(['0002_tag: CREATE INDEX a blocks all writers of orders while it is built; use CONCURRENTLY'])
})
