-- Ledger entries that changed users' profit and fees, in order per account: fees, resets, splits, and for each trade the entry
-- of lots with its fill.
SELECT account_id AS account, side.kind, asset, amount, side.batch, side.fill_number AS "fillNumber",
  value_cents AS "valueCents", realized_cents AS "realizedCents"
FROM (
  SELECT entry_id >> 32 AS account_id, entry_id & 4294967295 AS number, kind, asset, amount, fill_number, batch
  FROM ledger_entry
  UNION ALL
  SELECT counter_account_id, counter_number, kind, asset, -amount, counter_fill_number, batch
  FROM ledger_entry
  WHERE counter_account_id >= 16
) AS side
LEFT JOIN fill ON fill_id = (account_id << 32) + side.fill_number
WHERE side.kind IN ('fee', 'reset', 'split') OR side.kind = 'trade' AND asset <> 'USD'
ORDER BY account_id, number
