-- The account's alerts, newest first: all waiting ones, and the newest of the fired ones.
-- account int, firedMax int
SELECT
  alert_id AS id, account_id AS account, symbol, op, price_ticks AS ticks, note, created_at_ms AS "createdAtMs",
  fired_at_ms AS "firedAtMs", trade_ticks AS "tradeTicks"
FROM price_alert
WHERE account_id = ${account} AND deleted_at_ms IS NULL AND (fired_at_ms IS NULL OR alert_id IN (
  SELECT alert_id FROM price_alert
  WHERE account_id = ${account} AND deleted_at_ms IS NULL AND fired_at_ms IS NOT NULL
  ORDER BY alert_id DESC
  LIMIT ${firedMax}
))
ORDER BY alert_id DESC
