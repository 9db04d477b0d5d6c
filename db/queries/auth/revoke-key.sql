-- Ends a key of some accounts, of whichever where `accounts` is null. One that has ended already stays as it is, and is found
-- all the same: to revoke twice is no fault.
-- id text, accounts int[] or null, nowMs bigint
UPDATE api_key SET revoked_at_ms = coalesce(revoked_at_ms, ${nowMs})
WHERE key_id = ${id} AND (${accounts}::int[] IS NULL OR account_id = ANY (${accounts}::int[]))
RETURNING key_id
