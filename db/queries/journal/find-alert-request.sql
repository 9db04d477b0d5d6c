-- The alert that a request with this id created or deleted.
-- account int, requestId text
SELECT
  alert_id AS id, account_id AS account, symbol, op, price_ticks AS ticks, note, created_at_ms AS "createdAtMs",
  request_sha256 AS "sha256", (delete_request_id = ${requestId}::text) IS TRUE AS "isDeletion"
FROM price_alert
WHERE account_id = ${account} AND (request_id = ${requestId}::text OR delete_request_id = ${requestId}::text)
