-- All accounts with their cash. The exchange's own write entries without being written themselves: their running number
-- is that of their last entry.
SELECT account.account_id AS account, name, coalesce(cash.amount, 0) AS "cashCents", coalesce(open.held, 0) AS "heldCents",
  realized_cents AS "realizedCents", fees_paid_cents AS "feesPaidCents", resets, seq, order_number AS "orderNumber",
  fill_number AS "fillNumber", greatest(entry_number, CASE account.mode WHEN 'exchange' THEN (
    SELECT entry_id & 4294967295 FROM ledger_entry
    WHERE entry_id BETWEEN account.account_id::bigint << 32 AND (account.account_id::bigint << 32) + 4294967295
    ORDER BY entry_id DESC LIMIT 1) END) AS "entryNumber", created_at_ms AS "createdAtMs"
FROM account
LEFT JOIN balance cash ON cash.account_id = account.account_id AND cash.asset = 'USD'
LEFT JOIN (SELECT account_id, sum(held_cents)::bigint AS held FROM orders
  WHERE status IN ('open', 'partially_filled') GROUP BY account_id) open ON open.account_id = account.account_id
