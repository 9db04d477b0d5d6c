-- Renews the lease for some seconds; no row if another instance has it.
UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => $2::int)
WHERE id = 1 AND epoch = $1::bigint
RETURNING epoch
