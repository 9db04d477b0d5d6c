-- The complete exchange: orders that wait, margin, the ledger a line a movement, corporate actions, the chain of hashes.
-- While the version before still runs: it can read on, but for ledgers; its next commit is told that it no longer leads
-- (commit_batch, below), so that it steps down and the newer one goes on from its last batch.

ALTER TABLE orders
  ADD COLUMN stop_ticks bigint NOT NULL DEFAULT 0,
  ADD COLUMN trail_ticks bigint NOT NULL DEFAULT 0,
  ADD COLUMN trail_bps bigint NOT NULL DEFAULT 0,
  ADD COLUMN high_water_ticks bigint NOT NULL DEFAULT 0,
  ADD COLUMN expire_at_ms bigint,
  ADD COLUMN reduce_only boolean NOT NULL DEFAULT false,
  ADD COLUMN role text,
  ADD COLUMN parent_number bigint,
  ADD COLUMN group_number bigint;
-- What recovery reads. By closed_at_ms, not by status: a partial fill then leaves the index alone.
DROP INDEX orders_open;
CREATE INDEX orders_open ON orders (account_id) WHERE closed_at_ms IS NULL;

ALTER TABLE account
  ADD COLUMN margin_state text NOT NULL DEFAULT 'ok',
  ADD COLUMN mode_batch bigint NOT NULL DEFAULT 0;  -- the batch that set the mode, and with it the floor of its balances

-- The ledger, a line for both sides of a movement: account_id (in the id) gained what the counter account lost, so that no
-- line can be unbalanced. The numbers and balances of the exchange's own accounts are not kept a line.
ALTER TABLE ledger_entry RENAME TO ledger_side;
ALTER TABLE ledger_side RENAME CONSTRAINT ledger_entry_pkey TO ledger_side_pkey;
CREATE TABLE ledger_entry (
  entry_id bigint NOT NULL CONSTRAINT ledger_entry_pkey PRIMARY KEY,
  amount bigint NOT NULL,                  -- first what the trigger reads, and what is always there
  counter_account_id int NOT NULL,
  asset text COLLATE "C" NOT NULL,
  balance_after bigint NOT NULL,
  time_ms bigint NOT NULL,
  batch bigint NOT NULL,
  kind text NOT NULL,
  counter_number bigint,
  counter_balance_after bigint,
  order_number bigint,
  fill_number bigint,
  counter_order_number bigint,
  counter_fill_number bigint,
  -- Something moves, between two accounts, the first a user's; the second has a number of its own when it is a user's.
  CONSTRAINT ledger_entry_sound CHECK (amount <> 0 AND entry_id >> 32 >= 16 AND counter_account_id <> entry_id >> 32
    AND (counter_account_id >= 16) = (counter_number IS NOT NULL))
);
-- The two sides of each movement in each asset. The version before wrote them in pairs, and no others.
INSERT INTO ledger_entry
SELECT one.entry_id, one.amount, other.account_id, one.asset, one.balance_after, one.time_ms, one.batch, one.kind,
  CASE WHEN other.account_id >= 16 THEN other.entry_id & 4294967295 END, other.balance_after, one.order_number,
  one.fill_number, other.order_number, other.fill_number
FROM ledger_side one
JOIN ledger_side other USING (movement_id, asset)
WHERE one.account_id >= 16 AND (other.account_id < 16 OR other.entry_id > one.entry_id) AND other.amount = -one.amount
ORDER BY one.entry_id;
DO $$
BEGIN
  IF (SELECT count(*) FROM ledger_entry) * 2 <> (SELECT count(*) FROM ledger_side) THEN
    RAISE EXCEPTION 'the ledger has movements of other than two sides: they cannot be kept a line each';
  END IF;
END $$;
DROP TABLE ledger_side;
-- The history of the other user.
CREATE UNIQUE INDEX ledger_entry_counter ON ledger_entry (counter_account_id, counter_number)
WHERE counter_account_id >= 16;

-- The dead man's switch of an account; without a row it is off.
CREATE TABLE dead_man (
  account_id int NOT NULL CONSTRAINT dead_man_pkey PRIMARY KEY
    CONSTRAINT dead_man_account_fkey REFERENCES account ON DELETE RESTRICT,
  at_ms bigint NOT NULL,
  symbols text[] COLLATE "C",              -- all when null
  keep_protective boolean NOT NULL
);

-- What accounts were worth, minute by minute; beside the journal, as bars are.
CREATE TABLE equity_sample (
  account_id int NOT NULL,
  at_ms bigint NOT NULL,
  equity_cents bigint NOT NULL,
  cash_cents bigint NOT NULL,
  CONSTRAINT equity_sample_pkey PRIMARY KEY (account_id, at_ms)
);

-- Dividends and splits that are to come, and those that came.
CREATE TABLE corporate_action (
  action_id int NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT corporate_action_pkey PRIMARY KEY,
  symbol text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  cents_per_lot bigint,
  numerator int,
  denominator int,
  at_ms bigint NOT NULL,
  applied_batch bigint,
  restated boolean NOT NULL DEFAULT false, -- the bars before it have been brought to the new price
  CONSTRAINT corporate_action_whole CHECK (CASE kind
    WHEN 'dividend' THEN cents_per_lot > 0 AND num_nonnulls(numerator, denominator) = 0
    WHEN 'split' THEN cents_per_lot IS NULL AND num_nulls(numerator, denominator) = 0
      AND least(numerator, denominator) > 0 AND numerator <> denominator
    ELSE false END)
);

ALTER TABLE instrument
  ADD COLUMN status text NOT NULL DEFAULT 'open'
    CONSTRAINT instrument_status_known CHECK (status IN ('open', 'halted', 'closed'));

-- How far the days of the market have been settled.
CREATE TABLE market_calendar (
  id int NOT NULL CONSTRAINT market_calendar_pkey PRIMARY KEY CONSTRAINT market_calendar_single_row CHECK (id = 1),
  charged_day int                          -- days since 1970-01-01 UTC; interest has been charged up to and with it
);
INSERT INTO market_calendar (id) VALUES (1);

-- What a batch of one order costs is mostly what Postgres makes ready for its statements, and each check of a table is read
-- anew from its text each time (5 µs); a check of a key a row costs as much as the rest of the row. What stays are the
-- checks that keep money right. Accounts are for ever instead; a balance takes its account's id from the account
-- (apply_ledger_entries); words are the engine's vocabulary; ids are made of the account and a number that fits.
ALTER TABLE account DROP CONSTRAINT account_mode_known, DROP CONSTRAINT account_numbers_fit,
  DROP CONSTRAINT account_id_positive;
ALTER TABLE orders DROP CONSTRAINT orders_id_of_account, DROP CONSTRAINT orders_filled_within,
  DROP CONSTRAINT orders_held_not_negative,
  ADD CONSTRAINT orders_sound CHECK (filled_lots >= 0 AND filled_lots <= lots AND held_cents >= 0);
ALTER TABLE fill DROP CONSTRAINT fill_lots_positive;
ALTER TABLE balance DROP CONSTRAINT balance_account_fkey;
ALTER TABLE position DROP CONSTRAINT position_account_fkey;
CREATE TRIGGER account_for_ever BEFORE DELETE ON account FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The same of the batch before, which commit_batch_2 looks up for its hash; that none goes away is the trigger's. A fork is
-- impossible as it was: `prev` is batch - 1, and batch is the key.
ALTER TABLE journal_batch DROP CONSTRAINT journal_batch_prev_fkey, DROP CONSTRAINT journal_batch_prev_key;
CREATE TRIGGER journal_batch_for_ever BEFORE UPDATE OR DELETE ON journal_batch
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

COMMENT ON COLUMN journal_batch.hash IS 'sha256 over the hash before it and the digest of the batch''s entries; null before 0007';

-- The answers are JSON as we write it: to read it through once more takes a twentieth of a commit.
ALTER TABLE command_result ALTER COLUMN result TYPE text;

-- Rows as commit_batch_2 takes them. A change of one is a new type.
CREATE TYPE batch_result AS (
  account_id int, command_id text COLLATE "C", command_hash bigint, payload_hash bytea, result text);
CREATE TYPE batch_order AS (
  order_id bigint, client_order_id text COLLATE "C", symbol text COLLATE "C", side text, type text, time_in_force text,
  post_only boolean, self_trade text, source text, tag text, reduce_only boolean, role text, parent_number bigint,
  group_number bigint, expire_at_ms bigint, arrival_mid_half_ticks bigint, created_at_ms bigint, lots bigint,
  limit_ticks bigint, stop_ticks bigint, trail_ticks bigint, trail_bps bigint, high_water_ticks bigint,
  filled_lots bigint, filled_tick_lots bigint, fee_cent_bps bigint, fees_paid_cents bigint, held_cents bigint,
  status text COLLATE "C", reason text, reject_code text, priority bigint, version int, updated_at_ms bigint,
  closed_at_ms bigint);
CREATE TYPE batch_fill AS (
  fill_id bigint, order_id bigint, symbol text COLLATE "C", side text, ticks bigint, lots bigint, value_cents bigint,
  fee_cents bigint, liquidity text, realized_cents bigint, trade_id bigint, time_ms bigint);
CREATE TYPE batch_entry AS (
  entry_id bigint, counter_account_id int, counter_number bigint, kind text, asset text COLLATE "C", amount bigint,
  balance_after bigint, counter_balance_after bigint, order_number bigint, fill_number bigint,
  counter_order_number bigint, counter_fill_number bigint, time_ms bigint);
CREATE TYPE batch_position AS (
  account_id int, symbol text COLLATE "C", lots bigint, cost_cents bigint, realized_cents bigint);
CREATE TYPE batch_account AS (
  account_id int, name text, mode text, margin_state text, resets int, seq bigint, order_number bigint,
  fill_number bigint, entry_number bigint, realized_cents bigint, fees_paid_cents bigint, created_at_ms bigint);
CREATE TYPE batch_owner AS (account_id int, user_id text COLLATE "C");
CREATE TYPE batch_dead_man AS (account_id int, at_ms bigint, symbols text[], keep_protective boolean);

-- The functions of db/functions, as they stood when this was written.

-- What the version before called. It knew nothing of shorts, of waiting orders, or of a line with both its sides: its rows
-- could not be kept right. It is told that it no longer leads, steps down, and the newer one takes over.
CREATE OR REPLACE FUNCTION commit_batch(
  p_epoch bigint, p_batch bigint, p_stream_position text, p_time_ms bigint, r_account int[], r_command text[], r_hash
  bigint[], r_payload bytea[], r_result json[], o_account int[], o_number bigint[], o_client_order_id text[], o_symbol
  text[], o_side text[], o_type text[], o_time_in_force text[], o_post_only boolean[], o_self_trade text[], o_source
  text[], o_tag text[], o_lots bigint[], o_limit_ticks bigint[], o_arrival_mid bigint[], o_filled_lots bigint[],
  o_filled_tick_lots bigint[], o_fee_cent_bps bigint[], o_fees_paid bigint[], o_held bigint[], o_status text[],
  o_reason text[], o_reject_code text[], o_priority bigint[], o_version int[], o_created_at bigint[], o_updated_at
  bigint[], o_closed_at bigint[], f_account int[], f_number bigint[], f_order bigint[], f_symbol text[], f_side
  text[], f_ticks bigint[], f_lots bigint[], f_value bigint[], f_fee bigint[], f_liquidity text[], f_realized
  bigint[], f_trade bigint[], f_time bigint[], e_account int[], e_number bigint[], e_movement_account int[],
  e_movement_number bigint[], e_kind text[], e_asset text[], e_amount bigint[], e_balance_after bigint[], e_order
  bigint[], e_fill bigint[], e_time bigint[], p_account int[], p_symbol text[], p_lots bigint[], p_cost bigint[],
  p_realized bigint[], a_account int[], a_name text[], a_resets int[], a_seq bigint[], a_order bigint[], a_fill
  bigint[], a_entry bigint[], a_realized bigint[], a_fees_paid bigint[], a_created_at bigint[], w_account int[],
  w_user text[], p_simulator json
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'fenced: the database is of a newer version, which writes with commit_batch_2' USING ERRCODE = 'VL001';
END $$;

-- The ledger's guard, once a statement: applies both sides of each line to balance. That a line balances is its shape; that
-- nobody without credit is overdrawn, the floor of its balance. A balance is looked up by a subquery and found by its place:
-- a join would be planned while the table is small, and read all of it when it is large.
CREATE OR REPLACE FUNCTION apply_ledger_entries() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  WITH change AS MATERIALIZED (
    SELECT account_id, asset, amount, (
      SELECT ctid FROM balance WHERE balance.account_id = net.account_id AND balance.asset = net.asset) AS place
    FROM (
      SELECT account_id, asset, sum(amount)::bigint AS amount
      FROM (
        SELECT (entry_id >> 32)::int AS account_id, asset, amount FROM entered
        UNION ALL
        SELECT counter_account_id, asset, -amount FROM entered
      ) AS side
      GROUP BY account_id, asset
    ) AS net
  ), updated AS (
    UPDATE balance SET amount = balance.amount + change.amount FROM change WHERE balance.ctid = change.place
  )
  -- An account that is not there has no id to insert: the column refuses it. Credit has only who is known to have it.
  INSERT INTO balance (account_id, asset, amount, floor)
  SELECT (SELECT account.account_id FROM account WHERE account.account_id = change.account_id), asset, amount,
    (SELECT 0 FROM account WHERE account.account_id = change.account_id AND mode NOT IN ('margin', 'exchange'))
  FROM change WHERE place IS NULL;
  RETURN NULL;
END $$;

-- One batch of the journal, all of it or nothing. Called once a batch, in autocommit: nothing may come between BEGIN and
-- COMMIT (a stalled leader would hold the fence open). Rows come as arrays of their types (batch_order and so on), which
-- cost half of what an array a column does; null is no rows, and what has none is not even looked at.
-- Whole states are upserted, not updated by a join: that would be planned while the table is small, kept, and read all of
-- it when it is large.
-- The session is to plan generically, without hash and merge joins and sequential scans.
-- A change of the signature or of a type is a new function beside this one, while two versions run.
CREATE OR REPLACE FUNCTION commit_batch_2(
  p_epoch bigint, p_batch bigint, p_stream_position text, p_time_ms bigint,
  p_digest bytea,                          -- sha256 of the batch's entries, as docs/architecture.md writes them
  p_results batch_result[],
  p_new_orders batch_order[],              -- of which none is here: an upsert would look for each
  p_orders batch_order[],                  -- whole new states, new ones perhaps among them
  p_fills batch_fill[],
  p_entries batch_entry[],
  p_positions batch_position[],            -- whole new states
  p_accounts batch_account[],              -- whole new states
  p_owners batch_owner[],                  -- of accounts opened in this batch
  p_dead_men batch_dead_man[],             -- an account each; without a time it is off
  p_corporate_actions int[],               -- those applied in this batch
  p_charged_day int,                       -- the last day that interest was charged for, when it has changed
  p_simulator json                         -- the simulator's state, when a second is over
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  changed int;
  to_margin int[];
  to_cash int[];
BEGIN
  -- KEY SHARE until the commit: taking the lease changes its key and waits for us; renewing it does not.
  PERFORM FROM lease WHERE id = 1 AND epoch = p_epoch FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced: epoch % does not have the lease', p_epoch USING ERRCODE = 'VL001';
  END IF;
  INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms, hash)
  SELECT p_batch, batch, p_epoch, p_stream_position, p_time_ms, sha256(coalesce(hash, '') || p_digest)
  FROM journal_batch WHERE batch = p_batch - 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'batch % has none before it', p_batch
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'journal_batch_no_gap', TABLE = 'journal_batch';
  END IF;

  IF p_accounts IS NOT NULL THEN  -- first: balances and owners refer to them
    WITH written AS (
      INSERT INTO account AS old (account_id, name, mode, margin_state, resets, seq, order_number, fill_number,
        entry_number, realized_cents, fees_paid_cents, created_at_ms, batch)
      SELECT a.account_id, a.name, a.mode, a.margin_state, a.resets, a.seq, a.order_number, a.fill_number,
        a.entry_number, a.realized_cents, a.fees_paid_cents, a.created_at_ms, p_batch
      FROM unnest(p_accounts) AS a
      ON CONFLICT ON CONSTRAINT account_pkey DO UPDATE SET name = excluded.name, mode = excluded.mode,
        margin_state = excluded.margin_state, resets = excluded.resets, seq = excluded.seq,
        order_number = excluded.order_number, fill_number = excluded.fill_number, entry_number = excluded.entry_number,
        realized_cents = excluded.realized_cents, fees_paid_cents = excluded.fees_paid_cents, batch = excluded.batch,
        mode_batch = CASE WHEN old.mode = excluded.mode THEN old.mode_batch ELSE excluded.batch END
      RETURNING account_id, mode, mode_batch
    )
    SELECT array_agg(account_id) FILTER (WHERE mode = 'margin'), array_agg(account_id) FILTER (WHERE mode = 'cash')
    INTO to_margin, to_cash FROM written WHERE mode_batch = p_batch;
  END IF;
  IF to_margin IS NOT NULL THEN  -- the floor goes before the entries
    UPDATE balance SET floor = NULL WHERE account_id = ANY (to_margin);
  END IF;
  IF p_owners IS NOT NULL THEN
    INSERT INTO account_owner (account_id, user_id) SELECT o.account_id, o.user_id FROM unnest(p_owners) AS o;
  END IF;
  IF p_results IS NOT NULL THEN
    INSERT INTO command_result (account_id, command_id, command_hash, payload_hash, batch, result)
    SELECT r.account_id, r.command_id, r.command_hash, r.payload_hash, p_batch, r.result FROM unnest(p_results) AS r;
  END IF;
  IF p_new_orders IS NOT NULL THEN
    INSERT INTO orders (order_id, account_id, client_order_id, symbol, side, type, time_in_force, post_only,
      self_trade, source, tag, reduce_only, role, parent_number, group_number, expire_at_ms, arrival_mid_half_ticks,
      created_at_ms, lots, limit_ticks, stop_ticks, trail_ticks, trail_bps, high_water_ticks, filled_lots,
      filled_tick_lots, fee_cent_bps, fees_paid_cents, held_cents, status, reason, reject_code, priority, version,
      updated_at_ms, closed_at_ms, batch)
    SELECT order_id, (order_id >> 32)::int, client_order_id, symbol, side, type, time_in_force, post_only, self_trade,
      source, tag, reduce_only, role, parent_number, group_number, expire_at_ms, arrival_mid_half_ticks, created_at_ms,
      lots, limit_ticks, stop_ticks, trail_ticks, trail_bps, high_water_ticks, filled_lots, filled_tick_lots,
      fee_cent_bps, fees_paid_cents, held_cents, status, reason, reject_code, priority, version, updated_at_ms,
      closed_at_ms, p_batch
    FROM unnest(p_new_orders);
  END IF;
  IF p_orders IS NOT NULL THEN
    INSERT INTO orders (order_id, account_id, client_order_id, symbol, side, type, time_in_force, post_only,
      self_trade, source, tag, reduce_only, role, parent_number, group_number, expire_at_ms, arrival_mid_half_ticks,
      created_at_ms, lots, limit_ticks, stop_ticks, trail_ticks, trail_bps, high_water_ticks, filled_lots,
      filled_tick_lots, fee_cent_bps, fees_paid_cents, held_cents, status, reason, reject_code, priority, version,
      updated_at_ms, closed_at_ms, batch)
    SELECT order_id, (order_id >> 32)::int, client_order_id, symbol, side, type, time_in_force, post_only, self_trade,
      source, tag, reduce_only, role, parent_number, group_number, expire_at_ms, arrival_mid_half_ticks, created_at_ms,
      lots, limit_ticks, stop_ticks, trail_ticks, trail_bps, high_water_ticks, filled_lots, filled_tick_lots,
      fee_cent_bps, fees_paid_cents, held_cents, status, reason, reject_code, priority, version, updated_at_ms,
      closed_at_ms, p_batch
    FROM unnest(p_orders)
    ON CONFLICT ON CONSTRAINT orders_pkey DO UPDATE SET lots = excluded.lots, limit_ticks = excluded.limit_ticks,
      stop_ticks = excluded.stop_ticks, trail_ticks = excluded.trail_ticks, trail_bps = excluded.trail_bps,
      high_water_ticks = excluded.high_water_ticks, filled_lots = excluded.filled_lots,
      filled_tick_lots = excluded.filled_tick_lots, fee_cent_bps = excluded.fee_cent_bps,
      fees_paid_cents = excluded.fees_paid_cents, held_cents = excluded.held_cents, status = excluded.status,
      reason = excluded.reason, reject_code = excluded.reject_code, priority = excluded.priority,
      version = excluded.version, updated_at_ms = excluded.updated_at_ms, closed_at_ms = excluded.closed_at_ms,
      batch = excluded.batch;
  END IF;
  IF p_fills IS NOT NULL THEN
    INSERT INTO fill (fill_id, order_id, symbol, side, ticks, lots, value_cents, fee_cents, liquidity, realized_cents,
      trade_id, time_ms, batch)
    SELECT f.fill_id, f.order_id, f.symbol, f.side, f.ticks, f.lots, f.value_cents, f.fee_cents, f.liquidity,
      f.realized_cents, f.trade_id, f.time_ms, p_batch
    FROM unnest(p_fills) AS f;
  END IF;
  IF p_entries IS NOT NULL THEN
    INSERT INTO ledger_entry (entry_id, counter_account_id, counter_number, kind, asset, amount, balance_after,
      counter_balance_after, order_number, fill_number, counter_order_number, counter_fill_number, time_ms, batch)
    SELECT e.entry_id, e.counter_account_id, e.counter_number, e.kind, e.asset, e.amount, e.balance_after,
      e.counter_balance_after, e.order_number, e.fill_number, e.counter_order_number, e.counter_fill_number, e.time_ms,
      p_batch
    FROM unnest(p_entries) AS e;
  END IF;
  IF to_cash IS NOT NULL THEN  -- and comes back after them
    UPDATE balance SET floor = 0 WHERE account_id = ANY (to_cash);
  END IF;
  IF p_positions IS NOT NULL THEN
    INSERT INTO position (account_id, symbol, lots, cost_cents, realized_cents, batch)
    SELECT p.account_id, p.symbol, p.lots, p.cost_cents, p.realized_cents, p_batch FROM unnest(p_positions) AS p
    ON CONFLICT ON CONSTRAINT position_pkey DO UPDATE SET lots = excluded.lots, cost_cents = excluded.cost_cents,
      realized_cents = excluded.realized_cents, batch = excluded.batch;
  END IF;
  IF p_dead_men IS NOT NULL THEN
    DELETE FROM dead_man USING unnest(p_dead_men) AS d WHERE dead_man.account_id = d.account_id;
    INSERT INTO dead_man (account_id, at_ms, symbols, keep_protective)
    SELECT d.account_id, d.at_ms, d.symbols, d.keep_protective FROM unnest(p_dead_men) AS d WHERE d.at_ms IS NOT NULL;
  END IF;
  IF p_corporate_actions IS NOT NULL THEN
    UPDATE corporate_action SET applied_batch = p_batch
    WHERE action_id = ANY (p_corporate_actions) AND applied_batch IS NULL;
    GET DIAGNOSTICS changed = ROW_COUNT;
    IF changed < cardinality(p_corporate_actions) THEN
      RAISE EXCEPTION 'of the corporate actions % some were applied before, or are none', p_corporate_actions
        USING ERRCODE = 'check_violation', CONSTRAINT = 'corporate_action_applied_once', TABLE = 'corporate_action';
    END IF;
  END IF;
  IF p_charged_day IS NOT NULL THEN
    UPDATE market_calendar SET charged_day = p_charged_day;
  END IF;
  IF p_simulator IS NOT NULL THEN
    INSERT INTO simulator_state (id, batch, state) VALUES (1, p_batch, p_simulator)
    ON CONFLICT ON CONSTRAINT simulator_state_pkey DO UPDATE SET batch = excluded.batch, state = excluded.state;
  END IF;
END $$;

-- The first running number of an account that a list has at a time or after it: its numbers rise with market time, so it
-- is found by halving, where an index on the time would cost each commit. One past the last when there is none.
CREATE OR REPLACE FUNCTION first_number_at(p_list text, p_account int, p_ms bigint) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  base bigint := p_account::bigint << 32;
  before bigint := 0;                -- all up to it are earlier
  after bigint := 4294967296;        -- all from it on are not
  middle bigint;
  found_number bigint;
  found_ms bigint;
BEGIN
  WHILE before + 1 < after LOOP
    middle := (before + after) / 2;
    found_number := NULL;
    CASE p_list
      WHEN 'orders' THEN
        SELECT order_id - base, created_at_ms INTO found_number, found_ms FROM orders
        WHERE order_id >= base + middle AND order_id < base + after ORDER BY order_id LIMIT 1;
      WHEN 'fills' THEN
        SELECT fill_id - base, time_ms INTO found_number, found_ms FROM fill
        WHERE fill_id >= base + middle AND fill_id < base + after ORDER BY fill_id LIMIT 1;
      WHEN 'entries' THEN
        SELECT entry_id - base, time_ms INTO found_number, found_ms FROM ledger_entry
        WHERE entry_id >= base + middle AND entry_id < base + after ORDER BY entry_id LIMIT 1;
      WHEN 'counter entries' THEN
        SELECT counter_number, time_ms INTO found_number, found_ms FROM ledger_entry
        WHERE counter_account_id = p_account AND counter_account_id >= 16 AND counter_number >= middle
          AND counter_number < after
        ORDER BY counter_number LIMIT 1;
    END CASE;
    IF found_number IS NULL OR found_ms >= p_ms THEN
      after := middle;
    ELSE
      before := found_number;
    END IF;
  END LOOP;
  RETURN after;
END $$;

CREATE TRIGGER ledger_entry_apply AFTER INSERT ON ledger_entry
REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION apply_ledger_entries();
CREATE TRIGGER ledger_entry_for_ever BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
