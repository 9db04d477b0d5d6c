-- All positions, closed ones too, since their profit goes on counting; what orders bind of them is in the orders.
SELECT account_id AS account, symbol, lots, cost_cents AS "costCents", realized_cents AS "realizedCents",
  0 AS "heldLots"
FROM position
