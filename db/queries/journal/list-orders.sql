-- One page of an account's orders, newest first. Values are formatted into the text, so that the planner removes unused filters.
-- account int, status text (open, closed or all), symbol text (or null), fromMs bigint (or null),
-- toMs bigint (exclusive; or null), before bigint (exclusive), downTo bigint, limit int
SELECT account_id AS account, order_id & 4294967295 AS number, client_order_id AS "clientOrderId", symbol, side, type,
  time_in_force AS "timeInForce", post_only AS "postOnly", self_trade AS "selfTrade", source, tag, lots,
  limit_ticks AS "limitTicks", stop_ticks AS "stopTicks", trail_ticks AS "trailTicks", trail_bps AS "trailBps",
  high_water_ticks AS "highWaterTicks", expire_at_ms AS "expireAtMs", reduce_only AS "reduceOnly", role,
  parent_number AS "parentNumber", group_number AS "groupNumber", arrival_mid_half_ticks AS "arrivalMidHalfTicks",
  filled_lots AS "filledLots", filled_tick_lots AS "filledTickLots", fee_cent_bps AS "feeCentBps",
  fees_paid_cents AS "feesPaidCents", held_cents AS "heldCents", status, reason, reject_code AS "rejectCode", priority,
  version, created_at_ms AS "createdAtMs", updated_at_ms AS "updatedAtMs", closed_at_ms AS "closedAtMs"
FROM orders
WHERE order_id >= (${account}::bigint << 32) + greatest(${downTo}, first_number_at('orders', ${account}, ${fromMs}))
  AND order_id < (${account}::bigint << 32) + least(${before}, first_number_at('orders', ${account}, ${toMs}))
  -- The order id already determines the account. The condition on the account is only for the index of open orders: without it,
  -- for an account that is new since ANALYZE, the planner would use the index of client ids and read all its orders.
  AND (${status} <> 'open' OR account_id = ${account})
  AND (${status} = 'all' OR (${status} = 'open') = (closed_at_ms IS NULL))
  AND (${symbol}::text IS NULL OR symbol = ${symbol}::text)
ORDER BY order_id DESC
LIMIT ${limit}
