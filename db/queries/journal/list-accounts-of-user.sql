-- The accounts that a user owns, oldest first.
-- userId text
SELECT account_id AS account
FROM account_owner
JOIN account USING (account_id)
WHERE user_id = ${userId}
ORDER BY created_at_ms, account_id
