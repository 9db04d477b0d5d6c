-- Run once, when docker-compose.yml makes the database: what Postgres tells of its statements (docs/performance.md).
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
