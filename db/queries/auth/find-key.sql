-- An active key with its hash.
-- id text
SELECT key_id AS id, account_id AS account, name, scopes, created_at_ms::float8 AS "createdAtMs",
  used_at_ms::float8 AS "usedAtMs", sha256
FROM api_key
WHERE key_id = ${id} AND revoked_at_ms IS NULL
