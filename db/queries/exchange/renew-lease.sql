-- Two seconds more; no row when another has the lease.
UPDATE lease SET expires_at = clock_timestamp() + interval '2 s'
WHERE id = 1 AND epoch = $1::bigint
RETURNING epoch
