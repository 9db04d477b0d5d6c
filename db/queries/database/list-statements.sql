-- The statistics of pg_stat_statements for this database, by total time, longest first.
-- none
SELECT query AS text, toplevel AS "isTopLevel", calls, rows, total_exec_time AS "totalMs", max_exec_time AS "maxMs",
  shared_blks_hit AS "cachedBlocks", shared_blks_read AS "readBlocks",
  shared_blks_written + temp_blks_read + temp_blks_written AS "otherBlocks",
  shared_blk_read_time + shared_blk_write_time + temp_blk_read_time + temp_blk_write_time AS "ioMs"
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY total_exec_time DESC
