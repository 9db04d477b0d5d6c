-- Alerts that were created, deleted or fired since a mark. Transaction numbers in the future come from another Postgres, from
-- which the database was restored; those alerts existed before the mark.
-- mark text
SELECT
  alert_id AS id, symbol, op, price_ticks AS ticks, created_at_ms AS "createdAtMs",
  fired_at_ms IS NULL AND deleted_at_ms IS NULL AS "isWaiting"
FROM price_alert
WHERE changed_by >= ${mark}::xid8 AND changed_by < pg_snapshot_xmax(pg_current_snapshot())
ORDER BY alert_id
