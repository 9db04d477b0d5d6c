-- The fills of one order, oldest first.
-- account int, number bigint
SELECT fill_id >> 32 AS account, fill_id & 4294967295 AS number, order_id & 4294967295 AS "orderNumber",
  client_order_id AS "clientOrderId", fill.symbol, fill.side, ticks, fill.lots, value_cents AS "valueCents",
  fee_cents AS "feeCents", liquidity, realized_cents AS "realizedCents", trade_id AS "tradeId", time_ms AS "timeMs"
FROM fill JOIN orders USING (order_id)
WHERE order_id = (${account}::bigint << 32) + ${number}
ORDER BY fill_id
