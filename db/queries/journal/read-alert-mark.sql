-- From where to ask for changes of alerts that are not seen yet: the oldest transaction that is still at work.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark
