-- Announces, until the session ends, a standby that could take over at once.
SELECT pg_try_advisory_lock_shared(44, 1) AS locked
