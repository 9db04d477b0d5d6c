-- The accounts that batches after `batch` have changed or closed, with their cash. The exchange's own accounts are never among them.
-- Cash is looked up as in commit_batch_3, for the reason given there.
-- batch bigint
SELECT account.account_id AS account, name,
  CASE mode WHEN 'exchange' THEN 'cash' ELSE mode END AS mode, margin_state AS "marginState",
  coalesce(cash.amount, 0) AS "cashCents", 0 AS "heldCents", realized_cents AS "realizedCents",
  fees_paid_cents AS "feesPaidCents", resets, seq, order_number AS "orderNumber", fill_number AS "fillNumber",
  entry_number AS "entryNumber", created_at_ms AS "createdAtMs"
FROM account
LEFT JOIN LATERAL (SELECT amount FROM balance
  WHERE balance.account_id = account.account_id AND asset >= 'USD' AND asset <= 'USD'
  ORDER BY asset DESC LIMIT 1) cash ON true
WHERE account.batch > ${batch}
