-- Says what an instrument takes; no row for a symbol that is not listed.
-- symbol text, status text
UPDATE instrument SET status = ${status}
WHERE symbol = ${symbol}
RETURNING symbol
