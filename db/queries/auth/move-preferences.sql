-- Moves a guest's preferences to a user. The user's own values take precedence, and preferences beyond the maximum number are
-- dropped, oldest first. Can be repeated.
-- fromUserId text, toUserId text, max int
WITH taken AS (
  DELETE FROM preference WHERE user_id = ${fromUserId} RETURNING key, value, set_at_ms
)
INSERT INTO preference (user_id, key, value, set_at_ms)
SELECT ${toUserId}, key, value, set_at_ms FROM taken
WHERE key NOT IN (SELECT key FROM preference WHERE user_id = ${toUserId})
ORDER BY set_at_ms DESC, key
LIMIT greatest(0, ${max} - (SELECT count(*) FROM preference WHERE user_id = ${toUserId}))
