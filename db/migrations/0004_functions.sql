-- The functions of db/functions, as they stood when this was written (a test holds them equal to those files), and the
-- triggers that run them. New names only: safe while another version runs.

-- Makes the partitions that bars between the two times need: an hour each of candle_1s, a month (UTC) of candle_1m.
-- CREATE and ATTACH rather than PARTITION OF: that would lock readers of the whole table out.
CREATE OR REPLACE FUNCTION candle_partitions(p_table text, p_from_ms bigint, p_to_ms bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  span interval := CASE p_table WHEN 'candle_1s' THEN interval '1 hour' WHEN 'candle_1m' THEN interval '1 month' END;
  unit text := CASE p_table WHEN 'candle_1s' THEN 'hour' WHEN 'candle_1m' THEN 'month' END;
  low timestamp := date_trunc(unit, to_timestamp(p_from_ms / 1000.0) AT TIME ZONE 'UTC');
  part text;
BEGIN
  -- One maker at a time: two would both find the partition missing.
  PERFORM pg_advisory_xact_lock(43, 1);
  WHILE low <= to_timestamp(p_to_ms / 1000.0) AT TIME ZONE 'UTC' LOOP
    part := p_table || to_char(low, CASE unit WHEN 'hour' THEN '_YYYYMMDD_HH24' ELSE '_YYYYMM' END);
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, p_table);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', p_table, part,
        (extract(epoch FROM low) * 1000)::bigint, (extract(epoch FROM low + span) * 1000)::bigint);
    END IF;
    low := low + span;
  END LOOP;
END $$;

-- Drops the partitions of candle_1s that end at or before the given time. Their names sort as their hours do.
CREATE OR REPLACE FUNCTION drop_candle_partitions(p_before_ms bigint) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  part text;
  dropped int := 0;
  keep text := 'candle_1s' || to_char(to_timestamp(p_before_ms / 1000.0) AT TIME ZONE 'UTC', '_YYYYMMDD_HH24');
BEGIN
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'candle_1s'::regclass AND c.relname < keep
  LOOP
    EXECUTE format('DROP TABLE %I', part);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

-- The ledger's guard, once a statement: refuses a movement that does not balance, and applies the rest to balance.
CREATE OR REPLACE FUNCTION apply_ledger_entries() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
  -- Planned while the tables are empty, the plan is kept: without these it would scan all balances for each batch.
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  unbalanced bigint;
  accounts int[];
  assets text[];
  amounts bigint[];
  changed int;
BEGIN
  SELECT movement_id INTO unbalanced FROM entered GROUP BY movement_id, asset HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'movement % does not sum to zero', unbalanced
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced', TABLE = 'ledger_entry';
  END IF;
  SELECT array_agg(account_id), array_agg(asset), array_agg(amount) INTO accounts, assets, amounts
  FROM (SELECT account_id, asset, sum(amount)::bigint AS amount FROM entered GROUP BY account_id, asset) AS change;
  -- Update, then insert what is new: an upsert would hold the change itself, not the sum, against the floor.
  UPDATE balance SET amount = balance.amount + change.amount
  FROM unnest(accounts, assets, amounts) AS change (account_id, asset, amount)
  WHERE balance.account_id = change.account_id AND balance.asset = change.asset;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed < cardinality(accounts) THEN
    INSERT INTO balance (account_id, asset, amount, floor)
    SELECT change.account_id, change.asset, change.amount, CASE account.mode WHEN 'cash' THEN 0 END
    FROM unnest(accounts, assets, amounts) AS change (account_id, asset, amount)
    LEFT JOIN account ON account.account_id = change.account_id
    WHERE NOT EXISTS (
      SELECT FROM balance b WHERE b.account_id = change.account_id AND b.asset = change.asset);
  END IF;
  RETURN NULL;
END $$;

-- The ledger and the fills are written once.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % refused: its rows are for ever', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_for_ever', TABLE = TG_TABLE_NAME;
END $$;

-- One batch of the journal, all of it or nothing. Called once a batch, in autocommit: nothing may come between BEGIN and
-- COMMIT (a stalled leader would hold the fence open). Arrays hold one column each; they are unnested side by side in the
-- list of a SELECT, since unnest(a, b, …) in FROM stores each column apart before it joins them (2.5 times as dear).
-- A change of the signature is a new function (commit_batch_2) beside this one, while two versions run.
CREATE OR REPLACE FUNCTION commit_batch(
  p_epoch bigint, p_batch bigint, p_stream_position text, p_time_ms bigint,
  -- results of commands
  r_account int[], r_command text[], r_hash bigint[], r_payload bytea[], r_result json[],
  -- orders, whole new states
  o_account int[], o_number bigint[], o_client_order_id text[], o_symbol text[], o_side text[], o_type text[],
  o_time_in_force text[], o_post_only boolean[], o_self_trade text[], o_source text[], o_tag text[], o_lots bigint[],
  o_limit_ticks bigint[], o_arrival_mid bigint[], o_filled_lots bigint[], o_filled_tick_lots bigint[],
  o_fee_cent_bps bigint[], o_fees_paid bigint[], o_held bigint[], o_status text[], o_reason text[], o_reject_code text[],
  o_priority bigint[], o_version int[], o_created_at bigint[], o_updated_at bigint[], o_closed_at bigint[],
  -- fills
  f_account int[], f_number bigint[], f_order bigint[], f_symbol text[], f_side text[], f_ticks bigint[],
  f_lots bigint[], f_value bigint[], f_fee bigint[], f_liquidity text[], f_realized bigint[], f_trade bigint[],
  f_time bigint[],
  -- entries of the ledger
  e_account int[], e_number bigint[], e_movement_account int[], e_movement_number bigint[], e_kind text[],
  e_asset text[], e_amount bigint[], e_balance_after bigint[], e_order bigint[], e_fill bigint[], e_time bigint[],
  -- positions and accounts, whole new states
  p_account int[], p_symbol text[], p_lots bigint[], p_cost bigint[], p_realized bigint[],
  a_account int[], a_name text[], a_resets int[], a_seq bigint[], a_order bigint[], a_fill bigint[], a_entry bigint[],
  a_realized bigint[], a_fees_paid bigint[], a_created_at bigint[],
  -- owners of accounts opened in this batch
  w_account int[], w_user text[],
  -- the simulator's state, when a second is over
  p_simulator json
) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  -- KEY SHARE until the commit: taking the lease changes its key and waits for us; renewing it does not.
  PERFORM FROM lease WHERE id = 1 AND epoch = p_epoch FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced: epoch % does not have the lease', p_epoch USING ERRCODE = 'VL001';
  END IF;
  INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms)
  VALUES (p_batch, p_batch - 1, p_epoch, p_stream_position, p_time_ms);

  IF cardinality(a_account) > 0 THEN  -- first: balances and owners refer to them
    INSERT INTO account AS old (account_id, name, resets, seq, order_number, fill_number, entry_number, realized_cents,
      fees_paid_cents, created_at_ms, batch)
    SELECT unnest(a_account), unnest(a_name), unnest(a_resets), unnest(a_seq), unnest(a_order), unnest(a_fill),
      unnest(a_entry), unnest(a_realized), unnest(a_fees_paid), unnest(a_created_at), p_batch
    ON CONFLICT ON CONSTRAINT account_pkey DO UPDATE SET name = excluded.name, resets = excluded.resets,
      seq = excluded.seq, order_number = excluded.order_number, fill_number = excluded.fill_number,
      entry_number = excluded.entry_number, realized_cents = excluded.realized_cents,
      fees_paid_cents = excluded.fees_paid_cents, batch = excluded.batch;
  END IF;
  IF cardinality(w_account) > 0 THEN
    INSERT INTO account_owner (account_id, user_id) SELECT unnest(w_account), unnest(w_user);
  END IF;
  IF cardinality(r_account) > 0 THEN
    INSERT INTO command_result (account_id, command_id, command_hash, payload_hash, batch, result)
    SELECT u.account, u.command, u.hash, u.payload, p_batch, u.result
    FROM (
      SELECT unnest(r_account) AS account, unnest(r_command) AS command, unnest(r_hash) AS hash, unnest(r_payload) AS
      payload, unnest(r_result) AS result
    ) AS u;
  END IF;
  IF cardinality(o_account) > 0 THEN
    INSERT INTO orders AS old (order_id, account_id, client_order_id, symbol, side, type, time_in_force, post_only,
      self_trade, source, tag, lots, limit_ticks, arrival_mid_half_ticks, filled_lots, filled_tick_lots, fee_cent_bps,
      fees_paid_cents, held_cents, status, reason, reject_code, priority, version, created_at_ms, updated_at_ms,
      closed_at_ms, batch)
    SELECT u.account::bigint << 32 | u.number, u.account, u.client_order_id, u.symbol, u.side, u.type, u.time_in_force,
      u.post_only, u.self_trade, u.source, u.tag, u.lots, u.limit_ticks, u.arrival_mid, u.filled_lots,
      u.filled_tick_lots, u.fee_cent_bps, u.fees_paid, u.held, u.status, u.reason, u.reject_code, u.priority,
      u.version, u.created_at, u.updated_at, u.closed_at, p_batch
    FROM (
      SELECT unnest(o_account) AS account, unnest(o_number) AS number, unnest(o_client_order_id) AS client_order_id,
      unnest(o_symbol) AS symbol, unnest(o_side) AS side, unnest(o_type) AS type, unnest(o_time_in_force) AS
      time_in_force, unnest(o_post_only) AS post_only, unnest(o_self_trade) AS self_trade, unnest(o_source) AS
      source, unnest(o_tag) AS tag, unnest(o_lots) AS lots, unnest(o_limit_ticks) AS limit_ticks,
      unnest(o_arrival_mid) AS arrival_mid, unnest(o_filled_lots) AS filled_lots, unnest(o_filled_tick_lots) AS
      filled_tick_lots, unnest(o_fee_cent_bps) AS fee_cent_bps, unnest(o_fees_paid) AS fees_paid, unnest(o_held)
      AS held, unnest(o_status) AS status, unnest(o_reason) AS reason, unnest(o_reject_code) AS reject_code,
      unnest(o_priority) AS priority, unnest(o_version) AS version, unnest(o_created_at) AS created_at,
      unnest(o_updated_at) AS updated_at, unnest(o_closed_at) AS closed_at
    ) AS u
    ON CONFLICT ON CONSTRAINT orders_pkey DO UPDATE SET lots = excluded.lots, limit_ticks = excluded.limit_ticks,
      filled_lots = excluded.filled_lots, filled_tick_lots = excluded.filled_tick_lots,
      fee_cent_bps = excluded.fee_cent_bps, fees_paid_cents = excluded.fees_paid_cents,
      held_cents = excluded.held_cents, status = excluded.status, reason = excluded.reason,
      reject_code = excluded.reject_code, priority = excluded.priority, version = excluded.version,
      updated_at_ms = excluded.updated_at_ms, closed_at_ms = excluded.closed_at_ms, batch = excluded.batch;
  END IF;
  IF cardinality(f_account) > 0 THEN
    INSERT INTO fill (fill_id, order_id, symbol, side, ticks, lots, value_cents, fee_cents, liquidity, realized_cents,
      trade_id, time_ms, batch)
    SELECT u.account::bigint << 32 | u.number, u.account::bigint << 32 | u.order_number, u.symbol, u.side, u.ticks,
      u.lots, u.value, u.fee, u.liquidity, u.realized, u.trade, u.time_ms, p_batch
    FROM (
      SELECT unnest(f_account) AS account, unnest(f_number) AS number, unnest(f_order) AS order_number, unnest(f_symbol)
      AS symbol, unnest(f_side) AS side, unnest(f_ticks) AS ticks, unnest(f_lots) AS lots, unnest(f_value) AS
      value, unnest(f_fee) AS fee, unnest(f_liquidity) AS liquidity, unnest(f_realized) AS realized,
      unnest(f_trade) AS trade, unnest(f_time) AS time_ms
    ) AS u;
  END IF;
  IF cardinality(e_account) > 0 THEN
    INSERT INTO ledger_entry (entry_id, movement_id, account_id, kind, asset, amount, balance_after, order_number,
      fill_number, time_ms, batch)
    SELECT u.account::bigint << 32 | u.number, u.movement_account::bigint << 32 | u.movement_number, u.account, u.kind,
      u.asset, u.amount, u.balance_after, u.order_number, u.fill_number, u.time_ms, p_batch
    FROM (
      SELECT unnest(e_account) AS account, unnest(e_number) AS number, unnest(e_movement_account) AS movement_account,
      unnest(e_movement_number) AS movement_number, unnest(e_kind) AS kind, unnest(e_asset) AS asset,
      unnest(e_amount) AS amount, unnest(e_balance_after) AS balance_after, unnest(e_order) AS order_number,
      unnest(e_fill) AS fill_number, unnest(e_time) AS time_ms
    ) AS u;
  END IF;
  IF cardinality(p_account) > 0 THEN
    INSERT INTO position AS old (account_id, symbol, lots, cost_cents, realized_cents, batch)
    SELECT unnest(p_account), unnest(p_symbol), unnest(p_lots), unnest(p_cost), unnest(p_realized), p_batch
    ON CONFLICT ON CONSTRAINT position_pkey DO UPDATE SET lots = excluded.lots, cost_cents = excluded.cost_cents,
      realized_cents = excluded.realized_cents, batch = excluded.batch;
  END IF;
  IF p_simulator IS NOT NULL THEN
    INSERT INTO simulator_state (id, batch, state) VALUES (1, p_batch, p_simulator)
    ON CONFLICT ON CONSTRAINT simulator_state_pkey DO UPDATE SET batch = excluded.batch, state = excluded.state;
  END IF;
END $$;

CREATE TRIGGER ledger_entry_apply AFTER INSERT ON ledger_entry
REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION apply_ledger_entries();
CREATE TRIGGER ledger_entry_for_ever BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fill_for_ever BEFORE UPDATE OR DELETE ON fill
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
