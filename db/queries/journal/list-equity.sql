-- An account's equity: the last sample of each interval that has one, newest first. Each is found with one step down the index
-- from the later interval, however many samples are in between.
-- account int, fromMs bigint, toMs bigint (exclusive), intervalMs bigint, limit int
WITH RECURSIVE sample AS (
  (
    SELECT at_ms, equity_cents, cash_cents
    FROM equity_sample
    WHERE account_id = ${account} AND at_ms >= ${fromMs} AND at_ms < ${toMs}
    ORDER BY at_ms DESC
    LIMIT 1
  )
  UNION ALL
  SELECT earlier.at_ms, earlier.equity_cents, earlier.cash_cents
  FROM sample, LATERAL (
    SELECT at_ms, equity_cents, cash_cents
    FROM equity_sample
    WHERE account_id = ${account} AND at_ms >= ${fromMs} AND at_ms < sample.at_ms / ${intervalMs} * ${intervalMs}
    ORDER BY at_ms DESC
    LIMIT 1
  ) earlier
)
SELECT ${account}::int AS account, at_ms AS "atMs", equity_cents AS "equityCents", cash_cents AS "cashCents"
FROM sample
LIMIT ${limit}
