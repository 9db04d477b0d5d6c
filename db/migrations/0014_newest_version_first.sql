-- no transaction: built beside trading.
-- Without posting lists: those are read from their oldest place on, from whichever end the index is read.
DROP INDEX CONCURRENTLY IF EXISTS account_key;
CREATE INDEX CONCURRENTLY account_key ON account (account_id) WITH (deduplicate_items = off);
DROP INDEX CONCURRENTLY IF EXISTS balance_key;
CREATE INDEX CONCURRENTLY balance_key ON balance (account_id, asset) WITH (deduplicate_items = off);
DROP INDEX CONCURRENTLY IF EXISTS position_key;
CREATE INDEX CONCURRENTLY position_key ON position (account_id, symbol) WITH (deduplicate_items = off);
DROP INDEX CONCURRENTLY IF EXISTS position_batch;
CREATE INDEX CONCURRENTLY position_batch ON position USING brin (batch) WITH (pages_per_range = 8, autosummarize = on);
