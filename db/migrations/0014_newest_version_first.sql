-- no transaction: built beside trading.
DROP INDEX CONCURRENTLY IF EXISTS account_key;
CREATE INDEX CONCURRENTLY account_key ON account (account_id);
DROP INDEX CONCURRENTLY IF EXISTS balance_key;
CREATE INDEX CONCURRENTLY balance_key ON balance (account_id, asset);
DROP INDEX CONCURRENTLY IF EXISTS position_key;
CREATE INDEX CONCURRENTLY position_key ON position (account_id, symbol);
DROP INDEX CONCURRENTLY IF EXISTS position_batch;
CREATE INDEX CONCURRENTLY position_batch ON position USING brin (batch) WITH (pages_per_range = 8, autosummarize = on);
