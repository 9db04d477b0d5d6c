-- Ends the sessions that commit under an epoch: one of them holds the lease's row and does not come to an end.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'valiant-commit-' || $1::text
