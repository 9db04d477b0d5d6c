-- How many accounts there are, and how often they have been changed: each change raises the seq of its account by one.
SELECT count(*) AS accounts, coalesce(sum(seq), 0)::bigint AS changes
FROM account
