-- The positions of some accounts that batches after one have changed.
-- accounts int[], batch bigint
SELECT account_id AS account, symbol, lots, cost_cents AS "costCents", realized_cents AS "realizedCents",
  0 AS "heldLots"
FROM position
WHERE account_id = ANY (${accounts}::int[]) AND batch > ${batch}
