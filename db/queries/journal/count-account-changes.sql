-- The number of accounts that are not closed, and of all their changes: each change raises the seq of its account by one.
SELECT count(*) AS accounts, coalesce(sum(seq), 0)::bigint AS changes
FROM account
WHERE mode <> 'closed'
