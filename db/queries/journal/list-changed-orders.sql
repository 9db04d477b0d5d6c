-- Orders of some accounts that batches after `batch` have changed: those known as open, which may be closed by now, and new ones
-- that are open. Found by id and not by the index of open orders, which keeps all closed ones too while any snapshot stays open.
-- batch bigint, knownAccounts int[], knownNumbers bigint[], accounts int[], lastNumbers bigint[] (the last known of each)
SELECT account_id AS account, order_id & 4294967295 AS number, client_order_id AS "clientOrderId", symbol, side, type,
  time_in_force AS "timeInForce", post_only AS "postOnly", self_trade AS "selfTrade", source, tag, lots,
  limit_ticks AS "limitTicks", stop_ticks AS "stopTicks", trail_ticks AS "trailTicks", trail_bps AS "trailBps",
  high_water_ticks AS "highWaterTicks", expire_at_ms AS "expireAtMs", reduce_only AS "reduceOnly", role,
  parent_number AS "parentNumber", group_number AS "groupNumber", arrival_mid_half_ticks AS "arrivalMidHalfTicks",
  filled_lots AS "filledLots", filled_tick_lots AS "filledTickLots", fee_cent_bps AS "feeCentBps",
  fees_paid_cents AS "feesPaidCents", held_cents AS "heldCents", status, reason, reject_code AS "rejectCode", priority,
  version, created_at_ms AS "createdAtMs", updated_at_ms AS "updatedAtMs", closed_at_ms AS "closedAtMs"
FROM (
  SELECT (account << 32) + number, true FROM unnest(${knownAccounts}::bigint[], ${knownNumbers}::bigint[]) AS known (account, number)
  UNION ALL
  SELECT new.order_id, false FROM unnest(${accounts}::bigint[], ${lastNumbers}::bigint[]) AS last (account, number)
  CROSS JOIN LATERAL (SELECT order_id FROM orders
    WHERE order_id > (last.account << 32) + last.number AND order_id <= (last.account << 32) + 4294967295) AS new
) AS looked_at (order_id, is_known)
JOIN orders USING (order_id)
WHERE batch > ${batch} AND (is_known OR closed_at_ms IS NULL)
