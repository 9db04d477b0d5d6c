-- Alerts that were made, deleted or fired since a mark. Numbers that are still to come are of another Postgres, from which the
-- database was restored: what was restored was there at the mark.
-- mark text
SELECT
  alert_id AS id, symbol, op, price_ticks AS ticks, created_at_ms AS "createdAtMs",
  fired_at_ms IS NULL AND deleted_at_ms IS NULL AS "isWaiting"
FROM price_alert
WHERE changed_by >= ${mark}::xid8 AND changed_by < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY alert_id
