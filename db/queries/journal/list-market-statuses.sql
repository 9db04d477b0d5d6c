-- The status of each instrument that an operator has set, and whether it cancels users' orders.
SELECT symbol, status, cancels_orders AS "cancelsOrders"
FROM instrument
