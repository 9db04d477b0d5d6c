-- The last batch before a time of the market, -1 when there is none. Found by halving: the numbers of batches have no gap and
-- rise with market time, whose index would cost each commit.
CREATE OR REPLACE FUNCTION last_batch_before(p_ms bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT AS $$
  WITH RECURSIVE halving (earlier, later) AS (  -- batches up to the one are before the time, those from the other on are not
    SELECT -1::bigint, max(batch) + 1 FROM journal_batch
    UNION ALL
    SELECT CASE WHEN is_earlier THEN middle ELSE earlier END, CASE WHEN is_earlier THEN later ELSE middle END
    FROM (
      SELECT earlier, later, middle, (SELECT time_ms < p_ms FROM journal_batch WHERE batch = middle) AS is_earlier
      FROM (SELECT earlier, later, (earlier + later) / 2 AS middle FROM halving WHERE earlier + 1 < later) AS half
    ) AS looked
  )
  SELECT max(earlier) FROM halving
$$;
