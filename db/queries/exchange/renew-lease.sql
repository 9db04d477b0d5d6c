-- Renews the lease for two seconds; no row if another instance has it.
UPDATE lease SET expires_at = clock_timestamp() + interval '2 s'
WHERE id = 1 AND epoch = $1::bigint
RETURNING epoch
