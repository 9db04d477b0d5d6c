-- Forgets the ids of requests answered before a time; those of orders are kept for ever. The last batch before that time
-- is found by halving: their numbers have no gap and rise with market time, whose index would cost each commit.
-- beforeMs bigint
WITH RECURSIVE halving (earlier, later) AS (  -- batches up to the one are before the time, those from the other on are not
  SELECT -1::bigint, max(batch) + 1 FROM journal_batch
  UNION ALL
  SELECT CASE WHEN is_earlier THEN middle ELSE earlier END, CASE WHEN is_earlier THEN later ELSE middle END
  FROM (
    SELECT earlier, later, middle, (SELECT time_ms < ${beforeMs} FROM journal_batch WHERE batch = middle) AS is_earlier
    FROM (SELECT earlier, later, (earlier + later) / 2 AS middle FROM halving WHERE earlier + 1 < later) AS half
  ) AS looked
)
DELETE FROM command_result
WHERE command_id LIKE 'r:%' AND batch <= (SELECT max(earlier) FROM halving)
