-- The seq of the last frame of some accounts.
-- accounts int[]
SELECT account_id AS account, seq
FROM account
WHERE account_id = ANY (${accounts}::int[])
