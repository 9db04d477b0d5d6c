-- Inserts bars that do not exist yet, as in the first history, at half the cost of write-bars-1m, which looks each one up.
INSERT INTO candle_1m (symbol, start_at_ms, open_ticks, high_ticks, low_ticks, close_ticks, volume_lots, trades, turnover)
SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::int[]), unnest($4::int[]), unnest($5::int[]),
  unnest($6::int[]), unnest($7::bigint[]), unnest($8::int[]), unnest($9::bigint[])
