-- One page of an account's fills, newest first. Skipped for a symbol that it never had.
-- account int, symbol text (or null), fromMs bigint (or null), toMs bigint (exclusive; or null),
-- before bigint (exclusive), downTo bigint, limit int
SELECT fill_id >> 32 AS account, fill_id & 4294967295 AS number, order_id & 4294967295 AS "orderNumber",
  client_order_id AS "clientOrderId", fill.symbol, fill.side, ticks, fill.lots, value_cents AS "valueCents",
  fee_cents AS "feeCents", liquidity, realized_cents AS "realizedCents", trade_id AS "tradeId", time_ms AS "timeMs"
FROM fill JOIN orders USING (order_id)
WHERE fill_id >= (${account}::bigint << 32) + greatest(${downTo}, first_number_at('fills', ${account}, ${fromMs}))
  AND fill_id < (${account}::bigint << 32) + least(${before}, first_number_at('fills', ${account}, ${toMs}))
  AND (${symbol}::text IS NULL OR fill.symbol = ${symbol}::text AND EXISTS (
    SELECT FROM balance WHERE account_id = ${account} AND asset = ${symbol}::text))
ORDER BY fill_id DESC
LIMIT ${limit}
