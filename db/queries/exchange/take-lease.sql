-- Takes the lease after an epoch has ended; no row if another instance was faster, or if its holder, whose session is not
-- gone ($4), has renewed it meanwhile. Waits for a commit in flight.
UPDATE lease SET epoch = epoch + 1, holder = $2, address = $3, expires_at = clock_timestamp() + interval '2 s'
WHERE id = 1 AND epoch = $1::bigint AND ($4::boolean OR expires_at <= clock_timestamp())
RETURNING epoch
