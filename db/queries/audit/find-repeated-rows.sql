-- Accounts, balances and positions with more than one row: their keys are not unique indexes (see migration 0015).
SELECT format('account %s', account_id) AS "row", format('%s rows', count(*)) AS fault
FROM account GROUP BY account_id HAVING count(*) > 1
UNION ALL
SELECT format('account %s, %s', account_id, asset), format('%s rows of its balance', count(*))
FROM balance GROUP BY account_id, asset HAVING count(*) > 1
UNION ALL
SELECT format('account %s, %s', account_id, symbol), format('%s rows of its position', count(*))
FROM position GROUP BY account_id, symbol HAVING count(*) > 1
