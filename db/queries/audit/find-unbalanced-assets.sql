-- Assets whose balances do not sum to zero.
SELECT asset AS "row", format('all balances sum to %s, expected 0', sum(amount)) AS fault
FROM balance
GROUP BY asset
HAVING sum(amount) <> 0
