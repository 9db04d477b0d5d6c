-- All positions, including closed ones, whose profit still counts. Lots held by orders are calculated from the orders.
SELECT account_id AS account, symbol, lots, cost_cents AS "costCents", realized_cents AS "realizedCents",
  0 AS "heldLots"
FROM position
