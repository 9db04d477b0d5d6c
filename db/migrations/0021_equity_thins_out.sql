-- Curves of equity thin out with age: up to which day of market time each step has been done, in days since 1970-01-01 UTC.
-- A new table and a new function only: safe while another version runs, which thins nothing and reads what is left.
CREATE TABLE equity_thinned (
  step_ms bigint NOT NULL CONSTRAINT equity_thinned_pkey PRIMARY KEY CONSTRAINT equity_thinned_step CHECK (step_ms > 0),
  before_day int NOT NULL  -- samples of this day and of later ones are all there
);
INSERT INTO equity_thinned (step_ms, before_day)
SELECT step_ms,
  floor(coalesce((SELECT min(created_at_ms) FROM account WHERE account_id >= 16), extract(epoch FROM now()) * 1000) / 86400000)
FROM (VALUES (3600000::bigint), (86400000)) AS step (step_ms);

-- The functions of db/functions, as they stood when this was written.

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
