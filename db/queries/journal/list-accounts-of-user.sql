-- The accounts that a user owns, oldest first, except closed ones.
-- userId text
SELECT account_id AS account
FROM account_owner
JOIN account USING (account_id)
WHERE user_id = ${userId} AND mode <> 'closed'
ORDER BY created_at_ms, account_id
