-- Makes the partitions that bars of a stretch of time need.
-- table text, fromMs bigint, toMs bigint
SELECT candle_partitions(${table}, ${fromMs}, ${toMs})
