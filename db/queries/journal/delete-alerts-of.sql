-- Deletes all alerts of a user's accounts, or of one account, and their notes.
-- userId text or null, account int or null, nowMs bigint
UPDATE price_alert SET deleted_at_ms = ${nowMs}, note = NULL, changed_by = pg_current_xact_id()
WHERE (account_id = ${account} OR account_id IN (SELECT account_id FROM account_owner WHERE user_id = ${userId}))
  AND deleted_at_ms IS NULL
