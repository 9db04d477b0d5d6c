-- Sets a preference, unless the user already has the maximum number of other keys.
-- userId text, key text, value json, nowMs bigint, max int
INSERT INTO preference (user_id, key, value, set_at_ms)
SELECT ${userId}, ${key}, ${value}, ${nowMs}
WHERE (SELECT count(*) FROM preference WHERE user_id = ${userId} AND key <> ${key}) < ${max}
ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, set_at_ms = excluded.set_at_ms
RETURNING key
