-- Deletes the ids of requests answered before a time, at most `limit`, oldest first; those of orders are kept forever.
-- If it returns fewer than `limit`, none is left.
-- beforeMs bigint, limit int
DELETE FROM command_result
WHERE (account_id, command_id) IN (
  SELECT account_id, command_id FROM command_result
  WHERE command_id LIKE 'r:%' AND batch <= (SELECT last_batch_before(${beforeMs}))
  ORDER BY batch LIMIT ${limit}
)
RETURNING account_id AS account
