-- Creates an alert, unless the account has the maximum number of waiting ones, or a request with this id already created or
-- deleted one.
-- account int, symbol text, op text, ticks bigint, note text, requestId text, sha256 bytea, nowMs bigint, max int
INSERT INTO price_alert (account_id, symbol, op, price_ticks, note, request_id, request_sha256, created_at_ms)
SELECT
  ${account}, ${symbol}, ${op}, ${ticks}, ${note}::text, ${requestId}::text, ${sha256}::bytea, ${nowMs}
WHERE (
  SELECT count(*) FROM price_alert WHERE account_id = ${account} AND deleted_at_ms IS NULL AND fired_at_ms IS NULL
) < ${max} AND NOT EXISTS (
  SELECT FROM price_alert
  WHERE account_id = ${account} AND (request_id = ${requestId}::text OR delete_request_id = ${requestId}::text)
)
RETURNING
  alert_id AS id, account_id AS account, symbol, op, price_ticks AS ticks, note, created_at_ms AS "createdAtMs"
