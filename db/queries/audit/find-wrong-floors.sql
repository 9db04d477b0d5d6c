-- Negative balances of cash accounts, floors that do not match the mode, margin states of accounts without margin, and
-- closed accounts that have something. The floors of a closed account stay as they were.
SELECT format('account %s, %s', account_id, asset) AS "row", concat_ws(', ',
  CASE WHEN mode = 'cash' AND amount < 0 THEN format('a cash account has %s', amount) END,
  CASE WHEN mode = 'closed' AND amount <> 0 THEN format('a closed account has %s', amount) END,
  CASE WHEN mode <> 'closed' AND floor IS DISTINCT FROM CASE mode WHEN 'cash' THEN 0 END
    THEN format('the floor of a %s account is %s', mode, coalesce(floor::text, 'none')) END
) AS fault
FROM balance
JOIN account USING (account_id)
WHERE mode = 'cash' AND amount < 0 OR mode = 'closed' AND amount <> 0
  OR mode <> 'closed' AND floor IS DISTINCT FROM CASE mode WHEN 'cash' THEN 0 END
UNION ALL
SELECT format('account %s, order %s', account_id, order_id & 4294967295), 'is open, its account is closed'
FROM orders
JOIN account USING (account_id)
WHERE closed_at_ms IS NULL AND mode = 'closed'
UNION ALL
SELECT format('account %s', account_id), format('a %s account is %s', mode, margin_state)
FROM account
WHERE mode <> 'margin' AND margin_state <> 'ok' OR (mode = 'exchange') <> (account_id < 16)
