-- Ledger entries whose balance is not the previous balance plus the amount. Without such entries all running sums are right.
SELECT format('account %s, entry %s', account_id, number) AS "row",
  format('%s was %s, moved by %s and is said to be %s', asset, before, amount, coalesce(after::text, 'nothing')) AS fault
FROM (
  SELECT account_id, number, asset, amount, after,
    lag(after, 1, 0::bigint) OVER (PARTITION BY account_id, asset ORDER BY number) AS before
  FROM (
    SELECT entry_id >> 32 AS account_id, entry_id & 4294967295 AS number, asset, amount, balance_after AS after
    FROM ledger_entry
    UNION ALL
    SELECT counter_account_id, counter_number, asset, -amount, counter_balance_after
    FROM ledger_entry
    WHERE counter_account_id >= 16
  ) AS side
) AS step
WHERE after IS DISTINCT FROM before + amount
