-- Accounts by number, or by the e-mail address of their owner, with their contents.
-- account int or null, email text or null
SELECT account.account_id AS account, account.name, mode, coalesce(owner.email, 'a guest') AS owner,
  coalesce(cash.amount, 0) AS "cashCents", open.count::int AS "openOrders", open.held AS "heldCents", order_number AS orders,
  keys.count::int AS keys, ARRAY(
    SELECT asset || ' ' || amount FROM balance
    WHERE balance.account_id = account.account_id AND asset <> 'USD' AND amount <> 0 ORDER BY asset
  ) AS positions
FROM account
JOIN account_owner USING (account_id)
LEFT JOIN auth."user" owner ON owner.id = user_id AND owner."isAnonymous" IS NOT TRUE
LEFT JOIN balance cash ON cash.account_id = account.account_id AND cash.asset = 'USD'
CROSS JOIN LATERAL (SELECT count(*), coalesce(sum(held_cents), 0)::bigint AS held FROM orders
  WHERE orders.account_id = account.account_id AND closed_at_ms IS NULL) open
CROSS JOIN LATERAL (SELECT count(*) FROM api_key
  WHERE api_key.account_id = account.account_id AND revoked_at_ms IS NULL) keys
WHERE account.account_id = ${account} OR lower(owner.email) = lower(${email})
ORDER BY account.account_id
