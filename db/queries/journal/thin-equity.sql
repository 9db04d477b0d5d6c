-- Thins out equity samples of the next `limit` accounts after `after`: keeps only the last sample of each step in a time range
-- of whole steps. Returns the last account; null if there is none left. Looks for a later sample one by one, because a join
-- would compare each sample of an account with all others.
-- after int, limit int, fromMs bigint, toMs bigint (exclusive), stepMs bigint
WITH looked_at AS (
  SELECT account_id FROM account WHERE account_id > ${after} ORDER BY account_id LIMIT ${limit}
), thinned AS (
  DELETE FROM equity_sample AS sample USING looked_at
  WHERE sample.account_id = looked_at.account_id AND at_ms >= ${fromMs} AND at_ms < ${toMs}
    AND (SELECT true FROM equity_sample AS later
      WHERE later.account_id = sample.account_id AND later.at_ms > sample.at_ms
        AND later.at_ms < (sample.at_ms / ${stepMs} + 1) * ${stepMs}
      LIMIT 1)
)
SELECT max(account_id) AS last FROM looked_at
