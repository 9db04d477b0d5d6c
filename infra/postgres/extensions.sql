-- Run once, when docker-compose.yml creates the database: statement statistics (docs/profiling.md).
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
