-- Marks alerts as sent to a socket of their account.
-- ids bigint[], nowMs bigint
UPDATE price_alert SET told_at_ms = ${nowMs}
WHERE alert_id = ANY (${ids}::bigint[]) AND fired_at_ms IS NOT NULL AND told_at_ms IS NULL
