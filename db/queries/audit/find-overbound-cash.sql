-- Cash accounts whose open orders hold more cash than the accounts have.
SELECT format('account %s', account_id) AS "row", format('orders hold %s cents of %s', held, coalesce(amount, 0)) AS fault
FROM (
  SELECT account_id, sum(held_cents) AS held FROM orders
  WHERE closed_at_ms IS NULL
  GROUP BY account_id
) AS open
JOIN account USING (account_id)
LEFT JOIN (SELECT account_id, amount FROM balance WHERE asset = 'USD') AS cash USING (account_id)
WHERE mode = 'cash' AND held > coalesce(amount, 0)
