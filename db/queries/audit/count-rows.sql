-- Counts the rows that the audit checks.
SELECT (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM balance) AS balances,
  (SELECT count(*) FROM position) AS positions, (SELECT count(*) FROM orders) AS orders,
  (SELECT count(*) FROM orders WHERE closed_at_ms IS NULL) AS "open orders", (SELECT count(*) FROM fill) AS fills,
  (SELECT count(*) FROM ledger_entry) AS entries, (SELECT count(*) FROM journal_batch) AS batches,
  (SELECT count(DISTINCT asset) FROM balance) AS assets
