-- Deletes an alert of the account, waiting or fired; no row if there is none, or if a request with this id already created
-- or deleted one.
-- account int, id bigint, requestId text, nowMs bigint
UPDATE price_alert SET
  deleted_at_ms = ${nowMs}, delete_request_id = ${requestId}::text, changed_by = pg_current_xact_id()
WHERE alert_id = ${id} AND account_id = ${account} AND deleted_at_ms IS NULL AND NOT EXISTS (
  SELECT FROM price_alert AS known
  WHERE known.account_id = ${account}
    AND (known.request_id = ${requestId}::text OR known.delete_request_id = ${requestId}::text)
)
RETURNING alert_id AS id
