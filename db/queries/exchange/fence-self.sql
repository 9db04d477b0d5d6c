-- Raises the leader's own epoch: waits for its commit in doubt, and no later one of the old epoch can follow.
UPDATE lease SET epoch = epoch + 1, expires_at = clock_timestamp() + interval '2 s'
WHERE id = 1 AND epoch = $1::bigint
RETURNING epoch
