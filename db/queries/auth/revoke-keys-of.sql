-- Revokes all keys of a user's accounts, or of one account. Returns those that were active.
-- userId text or null, account int or null, nowMs bigint
UPDATE api_key SET revoked_at_ms = ${nowMs}
WHERE (account_id = ${account} OR account_id IN (SELECT account_id FROM account_owner WHERE user_id = ${userId}))
  AND revoked_at_ms IS NULL
RETURNING key_id AS id
