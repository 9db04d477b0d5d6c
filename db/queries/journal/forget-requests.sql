-- Forgets the ids of requests answered before a time; those of orders are kept for ever.
-- beforeMs bigint
DELETE FROM command_result
WHERE command_id LIKE 'r:%'
  AND batch <= (SELECT batch FROM journal_batch WHERE time_ms < ${beforeMs} ORDER BY batch DESC LIMIT 1)
