-- The hashes of all commands an account has had answered.
-- account int
SELECT command_hash AS hash
FROM command_result
WHERE account_id = ${account}
