-- The first and last start of the bars kept of each symbol. From symbol to symbol by the index: a GROUP BY reads every bar.
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
