-- Terminates the sessions that commit for an epoch, one of which hangs and holds the lease's row.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'valiant-commit-' || $1::text
