-- Writes published news, one array per column; existing rows are kept.
INSERT INTO news (epoch, number, time_ms, symbol, kind, headline)
SELECT unnest($1::bigint[]), unnest($2::int[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[])
ON CONFLICT ON CONSTRAINT news_pkey DO NOTHING
