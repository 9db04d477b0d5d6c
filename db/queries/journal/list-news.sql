-- One page of news, newest first: all of it, or that of one instrument and of the whole market.
-- symbol text (or null), beforeEpoch bigint, beforeNumber bigint (both exclusive), limit int
SELECT epoch, number, time_ms AS "timeMs", symbol, kind, headline
FROM news
WHERE (epoch, number) < (${beforeEpoch}, ${beforeNumber})
  AND (${symbol}::text IS NULL OR symbol IS NULL OR symbol = ${symbol}::text)
ORDER BY epoch DESC, number DESC
LIMIT ${limit}
