-- The advisory lock of an epoch: its holder's session lives as long as it is taken.
SELECT pg_try_advisory_lock(42, $1::int) AS locked
