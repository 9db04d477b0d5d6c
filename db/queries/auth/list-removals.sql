-- The removals that are not done yet, oldest first.
-- limit int
SELECT removal_id AS id, user_id AS "userId", account_id AS account FROM auth.removal
WHERE done_at_ms IS NULL ORDER BY removal_id LIMIT ${limit}
