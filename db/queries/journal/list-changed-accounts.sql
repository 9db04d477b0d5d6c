-- The accounts that batches after one have changed, with their cash; the exchange's own always, which no batch names.
-- batch bigint
SELECT account.account_id AS account, name,
  CASE mode WHEN 'exchange' THEN 'cash' ELSE mode END AS mode, margin_state AS "marginState",
  coalesce(cash.amount, 0) AS "cashCents", 0 AS "heldCents", realized_cents AS "realizedCents",
  fees_paid_cents AS "feesPaidCents", resets, seq, order_number AS "orderNumber", fill_number AS "fillNumber",
  entry_number AS "entryNumber", created_at_ms AS "createdAtMs"
FROM account
LEFT JOIN balance cash ON cash.account_id = account.account_id AND cash.asset = 'USD'
WHERE account.batch > ${batch} OR account.account_id < 16
