-- Sets a preference.
-- userId text, key text, value json, nowMs bigint
INSERT INTO preference (user_id, key, value, set_at_ms) VALUES (${userId}, ${key}, ${value}, ${nowMs})
ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value, set_at_ms = excluded.set_at_ms
