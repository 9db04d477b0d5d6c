-- The owner of an account.
-- account int
SELECT user_id AS "userId"
FROM account_owner
WHERE account_id = ${account}
