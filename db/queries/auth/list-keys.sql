-- The active keys of some accounts, newest first.
-- accounts int[]
SELECT key_id AS id, account_id AS account, name, scopes, created_at_ms::float8 AS "createdAtMs",
  used_at_ms::float8 AS "usedAtMs"
FROM api_key
WHERE account_id = ANY (${accounts}::int[]) AND revoked_at_ms IS NULL
ORDER BY created_at_ms DESC, key_id DESC
