-- Writes the equity of accounts, one array per column; existing samples are kept.
INSERT INTO equity_sample (account_id, at_ms, equity_cents, cash_cents)
SELECT unnest($1::int[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[])
ON CONFLICT ON CONSTRAINT equity_sample_pkey DO NOTHING
