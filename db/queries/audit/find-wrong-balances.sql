-- Balances that are not the sum of their ledger entries, counting both sides of each; entries without a balance and balances
-- without an entry.
SELECT format('account %s, %s', account_id, asset) AS "row",
  format('balance %s, its lines sum to %s', coalesce(balance.amount::text, 'missing'), coalesce(line.amount, 0)) AS fault
FROM balance
FULL JOIN (
  SELECT account_id, asset, sum(amount) AS amount
  FROM (
    SELECT (entry_id >> 32)::int AS account_id, asset, amount FROM ledger_entry
    UNION ALL
    SELECT counter_account_id, asset, -amount FROM ledger_entry
  ) AS side
  GROUP BY account_id, asset
) AS line USING (account_id, asset)
WHERE balance.amount IS DISTINCT FROM coalesce(line.amount, 0)
