-- Keeps a value under a key, unless the user has as many other keys as there may be.
-- userId text, key text, value json, nowMs bigint, max int
INSERT INTO preference (user_id, key, value, set_at_ms)
SELECT ${userId}, ${key}, ${value}, ${nowMs}
WHERE (SELECT count(*) FROM preference WHERE user_id = ${userId} AND key <> ${key}) < ${max}
ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, set_at_ms = excluded.set_at_ms
RETURNING key
