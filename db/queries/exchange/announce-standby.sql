-- Says, for as long as the session lives, that here is a standby that could lead at once.
SELECT pg_try_advisory_lock_shared(44, 1) AS locked
