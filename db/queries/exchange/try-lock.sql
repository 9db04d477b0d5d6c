-- Tries to take the advisory lock of an epoch, which shows whether the session of its holder still exists.
SELECT pg_try_advisory_lock(42, $1::int) AS locked
