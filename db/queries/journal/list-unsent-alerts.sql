-- Fired alerts of these accounts that have not been sent yet, oldest first.
-- accounts int[]
SELECT
  alert_id AS id, account_id AS account, symbol, op, price_ticks AS ticks, note, created_at_ms AS "createdAtMs",
  fired_at_ms AS "firedAtMs", trade_ticks AS "tradeTicks"
FROM price_alert
WHERE account_id = ANY (${accounts}::int[])
  AND fired_at_ms IS NOT NULL AND told_at_ms IS NULL AND deleted_at_ms IS NULL
ORDER BY fired_at_ms, alert_id
