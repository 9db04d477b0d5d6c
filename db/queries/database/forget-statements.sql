-- Lets pg_stat_statements count this database's statements anew.
-- none
SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)
