-- The hashes of the commands an account has had answered, `limit` of them.
-- account int, limit int
SELECT command_hash AS hash
FROM command_result
WHERE account_id = ${account}
LIMIT ${limit}
