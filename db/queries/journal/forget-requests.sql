-- Forgets the ids of requests answered before a time; those of orders are kept for ever.
-- beforeMs bigint
DELETE FROM command_result
WHERE command_id LIKE 'r:%' AND batch <= (SELECT last_batch_before(${beforeMs}))
