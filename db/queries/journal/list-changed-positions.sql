-- The positions that batches after `batch` have changed.
-- batch bigint
SELECT account_id AS account, symbol, lots, cost_cents AS "costCents", realized_cents AS "realizedCents",
  0 AS "heldLots"
FROM position
WHERE batch > ${batch}
