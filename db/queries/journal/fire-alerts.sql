-- Marks alerts as fired by trades. Returns only those that had not fired before and are not deleted.
-- ids bigint[], timesMs bigint[], ticks bigint[]
UPDATE price_alert SET
  fired_at_ms = firing.time_ms, trade_ticks = firing.ticks, changed_by = pg_current_xact_id()
FROM unnest(${ids}::bigint[], ${timesMs}::bigint[], ${ticks}::bigint[]) AS firing (id, time_ms, ticks)
WHERE alert_id = firing.id AND fired_at_ms IS NULL AND deleted_at_ms IS NULL
RETURNING
  alert_id AS id, account_id AS account, symbol, op, price_ticks AS ticks, note, created_at_ms AS "createdAtMs",
  fired_at_ms AS "firedAtMs", trade_ticks AS "tradeTicks"
