-- One order by its number, with its fills, oldest first, in one snapshot.
-- account int, number bigint
SELECT account_id AS account, order_id & 4294967295 AS number, client_order_id AS "clientOrderId", symbol, side, type,
  time_in_force AS "timeInForce", post_only AS "postOnly", self_trade AS "selfTrade", source, tag, lots,
  limit_ticks AS "limitTicks", stop_ticks AS "stopTicks", trail_ticks AS "trailTicks", trail_bps AS "trailBps",
  high_water_ticks AS "highWaterTicks", expire_at_ms AS "expireAtMs", reduce_only AS "reduceOnly", role,
  parent_number AS "parentNumber", group_number AS "groupNumber", arrival_mid_half_ticks AS "arrivalMidHalfTicks",
  filled_lots AS "filledLots", filled_tick_lots AS "filledTickLots", fee_cent_bps AS "feeCentBps",
  fees_paid_cents AS "feesPaidCents", held_cents AS "heldCents", status, reason, reject_code AS "rejectCode", priority,
  version, created_at_ms AS "createdAtMs", updated_at_ms AS "updatedAtMs", closed_at_ms AS "closedAtMs", (
    SELECT coalesce(json_agg(json_build_object('account', fill_id >> 32, 'number', fill_id & 4294967295,
      'orderNumber', fill.order_id & 4294967295, 'clientOrderId', client_order_id, 'symbol', fill.symbol,
      'side', fill.side, 'ticks', ticks, 'lots', fill.lots, 'valueCents', value_cents, 'feeCents', fee_cents,
      'liquidity', liquidity, 'realizedCents', realized_cents, 'tradeId', trade_id, 'timeMs', time_ms)
      ORDER BY fill_id), '[]')
    FROM fill WHERE fill.order_id = orders.order_id) AS fills
FROM orders
WHERE order_id = (${account}::bigint << 32) + ${number}
