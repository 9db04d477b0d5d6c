-- All accounts with their cash, except closed ones. The exchange's own accounts have none here, because their balances may exceed what a double
-- represents exactly.
SELECT account.account_id AS account, name,
  CASE mode WHEN 'exchange' THEN 'cash' ELSE mode END AS mode, margin_state AS "marginState", coalesce(cash.amount, 0) AS "cashCents",
  coalesce(open.held, 0) AS "heldCents", realized_cents AS "realizedCents", fees_paid_cents AS "feesPaidCents", resets, seq,
  order_number AS "orderNumber", fill_number AS "fillNumber", entry_number AS "entryNumber",
  created_at_ms AS "createdAtMs"
FROM account
LEFT JOIN balance cash ON cash.account_id = account.account_id AND cash.asset = 'USD' AND mode <> 'exchange'
LEFT JOIN (SELECT account_id, sum(held_cents)::bigint AS held FROM orders
  WHERE closed_at_ms IS NULL GROUP BY account_id) open ON open.account_id = account.account_id
WHERE mode <> 'closed'
