-- Drops the bars of one second before a time, in whole hours.
-- beforeMs bigint
SELECT drop_candle_partitions(${beforeMs}) AS dropped
