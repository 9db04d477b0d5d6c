-- The hashes of the commands that each account has had answered, `limit` of them; below 2^53, so that float8 has them whole.
-- accounts int[], limit int
SELECT asked.account, ARRAY(
  SELECT command_hash::float8 FROM command_result WHERE account_id = asked.account LIMIT ${limit}
) AS hashes
FROM unnest(${accounts}::int[]) AS asked (account)
