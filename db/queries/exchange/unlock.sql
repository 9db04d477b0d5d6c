-- Releases the advisory lock of an epoch.
SELECT pg_advisory_unlock(42, $1::int)
