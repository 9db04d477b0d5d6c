-- Creates a key, unless the account already has the maximum number.
-- id text, account int, name text, sha256 bytea, scopes text[], nowMs bigint, max int
INSERT INTO api_key (key_id, account_id, name, sha256, scopes, created_at_ms)
SELECT ${id}, ${account}, ${name}, ${sha256}, ${scopes}::text[], ${nowMs}
WHERE (SELECT count(*) FROM api_key WHERE account_id = ${account} AND revoked_at_ms IS NULL) < ${max}
RETURNING key_id
