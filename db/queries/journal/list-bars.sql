-- The bars of a symbol in a time range, oldest first, without empty ones.
-- table name (candle_1s or candle_1m), symbol text, fromMs bigint, toMs bigint (exclusive)
SELECT start_at_ms AS "startAtMs", open_ticks AS "openTicks", high_ticks AS "highTicks", low_ticks AS "lowTicks",
  close_ticks AS "closeTicks", volume_lots AS "volumeLots", trades, turnover
FROM ${table:name}
WHERE symbol = ${symbol} AND start_at_ms >= ${fromMs} AND start_at_ms < ${toMs}
ORDER BY start_at_ms
