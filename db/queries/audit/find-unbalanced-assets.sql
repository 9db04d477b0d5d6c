-- Assets of which all balances together are not zero.
SELECT asset AS "row", format('all balances sum to %s, expected 0', sum(amount)) AS fault
FROM balance
GROUP BY asset
HAVING sum(amount) <> 0
