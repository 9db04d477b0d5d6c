-- Moves a guest's preferences to a user. The user's own values take precedence, and preferences beyond the maximum number or
-- the maximum bytes are dropped, oldest first. Can be repeated.
-- fromUserId text, toUserId text, keysMax int, bytesMax int
WITH taken AS (
  DELETE FROM preference WHERE user_id = ${fromUserId} RETURNING key, value, set_at_ms
), own AS (
  SELECT key, octet_length(value::text) AS bytes FROM preference WHERE user_id = ${toUserId}
), added AS (
  SELECT key, value, set_at_ms,
    row_number() OVER newest_first AS keys,
    sum(octet_length(value::text)) OVER newest_first AS bytes
  FROM taken
  WHERE key NOT IN (SELECT key FROM own)
  WINDOW newest_first AS (ORDER BY set_at_ms DESC, key)
)
INSERT INTO preference (user_id, key, value, set_at_ms)
SELECT ${toUserId}, key, value, set_at_ms FROM added
WHERE keys + (SELECT count(*) FROM own) <= ${keysMax}
  AND bytes + (SELECT coalesce(sum(own.bytes), 0) FROM own) <= ${bytesMax}
