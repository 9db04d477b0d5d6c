-- Deletes the rows of alerts that were deleted before one time or fired before another: at most `limit` of each, oldest
-- first. If it returns fewer than `limit` in total, none is left.
-- deletedBeforeMs bigint, firedBeforeMs bigint, limit int
DELETE FROM price_alert
WHERE alert_id IN (
  (SELECT alert_id FROM price_alert WHERE deleted_at_ms < ${deletedBeforeMs} ORDER BY deleted_at_ms LIMIT ${limit})
  UNION ALL
  (SELECT alert_id FROM price_alert WHERE fired_at_ms < ${firedBeforeMs} ORDER BY fired_at_ms LIMIT ${limit})
)
RETURNING alert_id AS id
