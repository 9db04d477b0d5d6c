-- Gives the advisory lock of an epoch back.
SELECT pg_advisory_unlock(42, $1::int)
