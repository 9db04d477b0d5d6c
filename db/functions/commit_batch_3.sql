-- One batch of the journal, all of it or nothing. Called once a batch, in autocommit: nothing may come between BEGIN and
-- COMMIT (a stalled leader would hold the fence open). Rows come as arrays of their types (batch_order and so on), which
-- cost half of what an array a column does; null is no rows, and what has none is not even looked at.
-- Whole states are not updated by a join on their keys: that would be planned while the table is small, kept, and read all
-- of it when it is large. Orders are upserted. Accounts, positions and balances are written by most batches, and as long as
-- somebody's snapshot is open (a dump) every version of them stays: an upsert, or a key that is unique, looks through all of
-- those each time. So such a row is looked for from the newest end of its index (of equal keys the later place in the table
-- comes last, and `=` in place of `>=` and `<=` would let the planner begin at either end), and updated by its place. That
-- there is one is the fence's, and this function's, which alone inserts; the audit looks.
-- The session is to plan generically, without hash and merge joins, sequential scans and sorts: those would take all versions
-- of a row to find the newest.
-- A change of the signature or of a type is a new function beside this one, while two versions run.
CREATE OR REPLACE FUNCTION commit_batch_3(
  p_epoch bigint, p_batch bigint, p_stream_position text, p_time_ms bigint,
  p_digest bytea,                          -- sha256 of the batch's entries, as docs/architecture.md writes them
  p_results batch_result[],
  p_new_orders batch_order[],              -- of which none is here: an upsert would look for each
  p_orders batch_order[],                  -- whole new states, new ones perhaps among them
  p_fills batch_fill[],
  p_entries batch_entry[],                 -- those without a note: nearly all
  p_noted_entries batch_noted_entry[],
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
    WITH state AS MATERIALIZED (
      SELECT a.account_id, a.name, a.mode, a.margin_state, a.resets, a.seq, a.order_number, a.fill_number,
        a.entry_number, a.realized_cents, a.fees_paid_cents, a.created_at_ms, (
        SELECT ctid FROM account
        WHERE account.account_id >= a.account_id AND account.account_id <= a.account_id
        ORDER BY account.account_id DESC LIMIT 1) AS place
      FROM unnest(p_accounts) AS a
    ), opened AS (
      INSERT INTO account (account_id, name, mode, margin_state, resets, seq, order_number, fill_number, entry_number,
        realized_cents, fees_paid_cents, created_at_ms, batch)
      SELECT account_id, name, mode, margin_state, resets, seq, order_number, fill_number, entry_number,
        realized_cents, fees_paid_cents, created_at_ms, p_batch
      FROM state WHERE place IS NULL
    ), written AS (
      UPDATE account AS old SET name = state.name, mode = state.mode, margin_state = state.margin_state,
        resets = state.resets, seq = state.seq, order_number = state.order_number, fill_number = state.fill_number,
        entry_number = state.entry_number, realized_cents = state.realized_cents,
        fees_paid_cents = state.fees_paid_cents, batch = p_batch,
        mode_batch = CASE WHEN old.mode = state.mode THEN old.mode_batch ELSE p_batch END
      FROM state WHERE old.ctid = state.place
      RETURNING old.account_id, old.mode, old.mode_batch
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
  IF p_noted_entries IS NOT NULL THEN  -- in one statement with the others: balances are checked after each
    INSERT INTO ledger_entry (entry_id, counter_account_id, counter_number, kind, asset, amount, balance_after,
      counter_balance_after, order_number, fill_number, counter_order_number, counter_fill_number, time_ms, batch, note)
    SELECT e.entry_id, e.counter_account_id, e.counter_number, e.kind, e.asset, e.amount, e.balance_after,
      e.counter_balance_after, e.order_number, e.fill_number, e.counter_order_number, e.counter_fill_number, e.time_ms,
      p_batch, e.note
    FROM unnest(p_noted_entries) AS e
    UNION ALL
    SELECT e.entry_id, e.counter_account_id, e.counter_number, e.kind, e.asset, e.amount, e.balance_after,
      e.counter_balance_after, e.order_number, e.fill_number, e.counter_order_number, e.counter_fill_number, e.time_ms,
      p_batch, NULL
    FROM unnest(p_entries) AS e;
  ELSIF p_entries IS NOT NULL THEN
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
    WITH state AS MATERIALIZED (
      SELECT p.account_id, p.symbol, p.lots, p.cost_cents, p.realized_cents, (
        SELECT ctid FROM position
        WHERE position.account_id = p.account_id AND position.symbol >= p.symbol AND position.symbol <= p.symbol
        ORDER BY position.symbol DESC LIMIT 1) AS place
      FROM unnest(p_positions) AS p
    ), updated AS (
      UPDATE position SET lots = state.lots, cost_cents = state.cost_cents, realized_cents = state.realized_cents,
        batch = p_batch
      FROM state WHERE position.ctid = state.place
    )
    INSERT INTO position (account_id, symbol, lots, cost_cents, realized_cents, batch)
    SELECT account_id, symbol, lots, cost_cents, realized_cents, p_batch FROM state WHERE place IS NULL;
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
