-- The first and last start of the bars kept of each symbol.
-- table name (candle_1s or candle_1m)
SELECT symbol, min(start_at_ms) AS "firstMs", max(start_at_ms) AS "lastMs"
FROM ${table:name}
GROUP BY symbol
