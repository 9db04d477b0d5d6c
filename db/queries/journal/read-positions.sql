-- All positions of accounts that are not closed, including those without lots, whose profit still counts. Lots held by orders are calculated from the orders.
SELECT account_id AS account, symbol, lots, cost_cents AS "costCents", position.realized_cents AS "realizedCents",
  0 AS "heldLots"
FROM position
JOIN account USING (account_id)
WHERE mode <> 'closed'
