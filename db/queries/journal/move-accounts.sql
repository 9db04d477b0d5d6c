-- Re-points all accounts of one user to another: a guest has become lasting. Moves no money; harmless when repeated.
-- fromUserId text, toUserId text
UPDATE account_owner SET user_id = ${toUserId}
WHERE user_id = ${fromUserId}
RETURNING account_id AS account
