-- Says what an instrument takes, and whether the users' orders are taken out; no row for a symbol that is not listed.
-- symbol text, status text, cancelsOrders boolean
UPDATE instrument SET status = ${status}, cancels_orders = ${cancelsOrders}
WHERE symbol = ${symbol}
RETURNING symbol
