-- The last bar of a symbol before a time. Its close is the price of the empty bars after it.
-- table name (candle_1s or candle_1m), symbol text, beforeMs bigint
SELECT start_at_ms AS "startAtMs", open_ticks AS "openTicks", high_ticks AS "highTicks", low_ticks AS "lowTicks",
  close_ticks AS "closeTicks", volume_lots AS "volumeLots", trades, turnover
FROM ${table:name}
WHERE symbol = ${symbol} AND start_at_ms < ${beforeMs}
ORDER BY start_at_ms DESC
LIMIT 1
