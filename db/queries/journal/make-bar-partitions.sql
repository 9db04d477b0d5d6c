-- Creates the partitions for bars in a time range.
-- table text, fromMs bigint, toMs bigint
SELECT candle_partitions(${table}, ${fromMs}, ${toMs})
