-- Records when a key was used.
-- id text, nowMs bigint
UPDATE api_key SET used_at_ms = ${nowMs} WHERE key_id = ${id}
