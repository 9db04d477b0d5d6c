-- An account's fills, newest first, one page.
-- account int, symbol text (or null), fromMs bigint, toMs bigint (exclusive), before bigint (exclusive), limit int
SELECT fill_id >> 32 AS account, fill_id & 4294967295 AS number, order_id & 4294967295 AS "orderNumber",
  client_order_id AS "clientOrderId", fill.symbol, fill.side, ticks, fill.lots, value_cents AS "valueCents",
  fee_cents AS "feeCents", liquidity, realized_cents AS "realizedCents", trade_id AS "tradeId", time_ms AS "timeMs"
FROM fill JOIN orders USING (order_id)
WHERE fill_id > ${account}::bigint << 32 AND fill_id < (${account}::bigint << 32) + ${before}
  AND (${symbol}::text IS NULL OR fill.symbol = ${symbol}::text)
  AND time_ms >= ${fromMs} AND time_ms < ${toMs}
ORDER BY fill_id DESC
LIMIT ${limit}
