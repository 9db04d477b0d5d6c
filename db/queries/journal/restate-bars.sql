-- Converts a symbol's bars from before a split to the new prices and lots, rounded half up. Turnover stays. The calculation
-- uses bigint, because intermediate results may exceed int.
-- table name (candle_1s or candle_1m), symbol text, numerator bigint, denominator bigint, fromMs bigint, toMs bigint (exclusive)
UPDATE ${table:name} SET
  open_ticks = greatest(1, (2 * open_ticks::bigint * ${denominator} + ${numerator}) / (2 * ${numerator})),
  high_ticks = greatest(1, (2 * high_ticks::bigint * ${denominator} + ${numerator}) / (2 * ${numerator})),
  low_ticks = greatest(1, (2 * low_ticks::bigint * ${denominator} + ${numerator}) / (2 * ${numerator})),
  close_ticks = greatest(1, (2 * close_ticks::bigint * ${denominator} + ${numerator}) / (2 * ${numerator})),
  volume_lots = (2 * volume_lots * ${numerator} + ${denominator}) / (2 * ${denominator})
WHERE symbol = ${symbol} AND start_at_ms >= ${fromMs} AND start_at_ms < ${toMs}
