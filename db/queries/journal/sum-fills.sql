-- Realized profit and fees by symbol of a stretch of an account's fills.
-- account int, downTo bigint, before bigint (exclusive)
SELECT symbol, sum(realized_cents)::bigint AS "realizedCents", sum(fee_cents)::bigint AS "feeCents", count(*) AS fills
FROM fill
WHERE fill_id >= (${account}::bigint << 32) + ${downTo} AND fill_id < (${account}::bigint << 32) + ${before}
GROUP BY symbol
ORDER BY symbol
