-- Is no standby any more.
SELECT pg_advisory_unlock_shared(44, 1)
