-- Skips epochs that may have been used after the time to which the database was restored; no row while there is a leader.
-- $1 int, the number of epochs
UPDATE lease SET epoch = epoch + $1::int, holder = NULL, address = NULL, expires_at = '-infinity'
WHERE id = 1 AND expires_at <= clock_timestamp()
RETURNING epoch
