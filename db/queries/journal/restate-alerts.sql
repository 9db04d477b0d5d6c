-- Converts waiting alerts from before a split to the new prices: `above` is rounded up and `below` down, as for the prices of
-- sell and buy orders.
-- symbol text, numerator bigint, denominator bigint, beforeMs bigint
UPDATE price_alert SET price_ticks = greatest(1, CASE op
  WHEN 'above' THEN (price_ticks * ${denominator} + ${numerator} - 1) / ${numerator}
  ELSE price_ticks * ${denominator} / ${numerator}
END)
WHERE symbol = ${symbol} AND created_at_ms < ${beforeMs} AND fired_at_ms IS NULL AND deleted_at_ms IS NULL
