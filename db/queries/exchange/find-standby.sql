-- Whether there is a standby that could take over at once.
SELECT EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND classid = 44 AND objid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS found
