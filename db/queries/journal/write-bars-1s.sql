-- Writes bars, one array per column; existing bars are replaced.
INSERT INTO candle_1s (symbol, start_at_ms, open_ticks, high_ticks, low_ticks, close_ticks, volume_lots, trades, turnover)
SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::int[]), unnest($4::int[]), unnest($5::int[]),
  unnest($6::int[]), unnest($7::bigint[]), unnest($8::int[]), unnest($9::bigint[])
ON CONFLICT (symbol, start_at_ms) DO UPDATE SET open_ticks = excluded.open_ticks, high_ticks = excluded.high_ticks,
  low_ticks = excluded.low_ticks, close_ticks = excluded.close_ticks, volume_lots = excluded.volume_lots,
  trades = excluded.trades, turnover = excluded.turnover
