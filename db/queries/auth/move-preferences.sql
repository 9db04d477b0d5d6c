-- Gives what a guest kept to the lasting user. Under a key that this one has already its own stays; past as many keys as
-- there may be, the rest goes. Harmless when repeated.
-- fromUserId text, toUserId text, max int
WITH taken AS (
  DELETE FROM preference WHERE user_id = ${fromUserId} RETURNING key, value, set_at_ms
)
INSERT INTO preference (user_id, key, value, set_at_ms)
SELECT ${toUserId}, key, value, set_at_ms FROM taken
WHERE key NOT IN (SELECT key FROM preference WHERE user_id = ${toUserId})
ORDER BY set_at_ms DESC, key
LIMIT greatest(0, ${max} - (SELECT count(*) FROM preference WHERE user_id = ${toUserId}))
