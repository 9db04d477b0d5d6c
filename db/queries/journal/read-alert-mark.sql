-- The mark after which changes of alerts are not seen yet: the oldest transaction in progress.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark
