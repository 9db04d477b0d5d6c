-- One page of waiting alerts.
-- afterId bigint, limit int
SELECT alert_id AS id, symbol, op, price_ticks AS ticks, created_at_ms AS "createdAtMs"
FROM price_alert
WHERE alert_id > ${afterId} AND fired_at_ms IS NULL AND deleted_at_ms IS NULL
ORDER BY alert_id
LIMIT ${limit}
