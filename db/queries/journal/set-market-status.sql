-- Sets the status of an instrument, and whether users' orders are canceled; no row for a symbol that is not listed.
-- symbol text, status text, cancelsOrders boolean
UPDATE instrument SET status = ${status}, cancels_orders = ${cancelsOrders}
WHERE symbol = ${symbol}
RETURNING symbol
