-- Forgets all bars: before a first history, which may have been begun and broken off.
WITH seconds AS (DELETE FROM candle_1s)
DELETE FROM candle_1m
