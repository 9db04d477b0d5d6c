-- All orders in the books, in the order in which they took their places.
SELECT account_id AS account, order_id & 4294967295 AS number, client_order_id AS "clientOrderId", symbol, side, type,
  time_in_force AS "timeInForce", post_only AS "postOnly", self_trade AS "selfTrade", source, tag, lots,
  limit_ticks AS "limitTicks", arrival_mid_half_ticks AS "arrivalMidHalfTicks", filled_lots AS "filledLots",
  filled_tick_lots AS "filledTickLots", fee_cent_bps AS "feeCentBps", fees_paid_cents AS "feesPaidCents",
  held_cents AS "heldCents", status, reason, reject_code AS "rejectCode", priority, version,
  created_at_ms AS "createdAtMs", updated_at_ms AS "updatedAtMs", closed_at_ms AS "closedAtMs"
FROM orders
WHERE status IN ('open', 'partially_filled')
ORDER BY priority
