-- Alerts that were made, deleted or fired since a mark.
-- mark text
SELECT
  alert_id AS id, symbol, op, price_ticks AS ticks, created_at_ms AS "createdAtMs",
  fired_at_ms IS NULL AND deleted_at_ms IS NULL AS "isWaiting"
FROM price_alert
WHERE changed_by >= ${mark}::xid8
ORDER BY alert_id
