-- Revokes a key of some accounts, or of any if `accounts` is null. Also returns a key that was already revoked, because
-- revoking twice is not an error.
-- id text, accounts int[] or null, nowMs bigint
UPDATE api_key SET revoked_at_ms = coalesce(revoked_at_ms, ${nowMs})
WHERE key_id = ${id} AND (${accounts}::int[] IS NULL OR account_id = ANY (${accounts}::int[]))
RETURNING key_id
