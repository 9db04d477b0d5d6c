-- The accounts that a user owns, oldest first.
-- userId text
SELECT account.account_id AS account, name, mode, margin_state AS "marginState", coalesce(cash.amount, 0) AS "cashCents",
  coalesce(open.held, 0) AS "heldCents", realized_cents AS "realizedCents", fees_paid_cents AS "feesPaidCents", resets, seq,
  order_number AS "orderNumber", fill_number AS "fillNumber", entry_number AS "entryNumber",
  created_at_ms AS "createdAtMs"
FROM account_owner
JOIN account USING (account_id)
LEFT JOIN balance cash ON cash.account_id = account.account_id AND cash.asset = 'USD'
LEFT JOIN LATERAL (SELECT sum(held_cents)::bigint AS held FROM orders
  WHERE orders.account_id = account.account_id AND closed_at_ms IS NULL) open ON true
WHERE user_id = ${userId}
ORDER BY created_at_ms, account.account_id
