-- Profit, cost and fees of users' accounts and positions, ordered by account. Closed accounts have none.
SELECT account_id::bigint AS account, symbol, lots, cost_cents AS "costCents", position.realized_cents AS "realizedCents",
  account.realized_cents AS "accountRealizedCents", fees_paid_cents AS "feesPaidCents"
FROM account
LEFT JOIN position USING (account_id)
WHERE account_id >= 16 AND mode <> 'closed'
ORDER BY account_id, symbol
