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
