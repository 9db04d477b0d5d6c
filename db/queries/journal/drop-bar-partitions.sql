-- Drops the bars of a second that are older than a time, by whole hours.
-- beforeMs bigint
SELECT drop_candle_partitions(${beforeMs}) AS dropped
