-- Gives the lease up: whoever waits may take it at once.
UPDATE lease SET holder = NULL, expires_at = '-infinity'
WHERE id = 1 AND epoch = $1::bigint
