-- Ends the announcement of a standby.
SELECT pg_advisory_unlock_shared(44, 1)
