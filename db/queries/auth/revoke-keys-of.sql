-- Revokes all keys of a user's accounts. Returns those that were active.
-- userId text, nowMs bigint
UPDATE api_key SET revoked_at_ms = ${nowMs}
WHERE account_id IN (SELECT account_id FROM account_owner WHERE user_id = ${userId}) AND revoked_at_ms IS NULL
RETURNING key_id AS id
