-- What each instrument takes, as its operator set it, and whether the users' orders are taken out of it.
SELECT symbol, status, cancels_orders AS "cancelsOrders"
FROM instrument
