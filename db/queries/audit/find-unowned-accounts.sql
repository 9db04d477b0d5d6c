-- User accounts without an owner, and owners of accounts that are not user accounts.
SELECT format('account %s', account_id) AS "row",
  CASE WHEN owner.account_id IS NULL THEN 'has no owner' ELSE 'has an owner, and is no user''s account' END AS fault
FROM (SELECT account_id FROM account WHERE account_id >= 16) AS account
FULL JOIN account_owner AS owner USING (account_id)
WHERE owner.account_id IS NULL OR account.account_id IS NULL
