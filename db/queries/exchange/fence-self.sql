-- Raises the leader's own epoch. This waits for its commit in doubt, and prevents later commits of the old epoch.
UPDATE lease SET epoch = epoch + 1, expires_at = clock_timestamp() + interval '2 s'
WHERE id = 1 AND epoch = $1::bigint
RETURNING epoch
