-- The hashes of the commands that an account has had answered, `limit` of them; below 2^53, so that float8 has them whole.
-- account int, limit int
SELECT ARRAY(SELECT command_hash::float8 FROM command_result WHERE account_id = ${account} LIMIT ${limit}) AS hashes
