-- The first and last start of the stored bars of each symbol. Steps from symbol to symbol in the index, because a GROUP BY
-- would read every bar.
-- table name (candle_1s or candle_1m)
WITH RECURSIVE listed AS (
  (SELECT symbol FROM ${table:name} ORDER BY symbol LIMIT 1)
  UNION ALL
  SELECT (SELECT bar.symbol FROM ${table:name} AS bar WHERE bar.symbol > listed.symbol ORDER BY bar.symbol LIMIT 1)
  FROM listed WHERE symbol IS NOT NULL
)
SELECT symbol,
  (SELECT min(start_at_ms) FROM ${table:name} AS bar WHERE bar.symbol = listed.symbol) AS "firstMs",
  (SELECT max(start_at_ms) FROM ${table:name} AS bar WHERE bar.symbol = listed.symbol) AS "lastMs"
FROM listed
WHERE symbol IS NOT NULL
