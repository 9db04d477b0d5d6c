-- Deletes news before a time.
-- beforeMs bigint
DELETE FROM news WHERE time_ms < ${beforeMs}
