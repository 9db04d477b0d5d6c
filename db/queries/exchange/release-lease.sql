-- Releases the lease and notifies standbys, which may take it at once.
UPDATE lease SET holder = NULL, expires_at = '-infinity'
WHERE id = 1 AND epoch = $1::bigint
RETURNING pg_notify('valiant_lease', epoch::text)
