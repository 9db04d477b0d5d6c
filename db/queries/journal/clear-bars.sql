-- Deletes all bars before the first history is written, which may have been interrupted before.
WITH seconds AS (DELETE FROM candle_1s)
DELETE FROM candle_1m
