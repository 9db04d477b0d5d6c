-- Hashes of an account's answered commands, at most `limit`. They are below 2^53, so float8 represents them exactly.
-- account int, limit int
SELECT ARRAY(SELECT command_hash::float8 FROM command_result WHERE account_id = ${account} LIMIT ${limit}) AS hashes
