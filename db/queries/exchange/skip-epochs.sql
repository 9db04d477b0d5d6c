-- Passes over epochs that a database restored to an earlier time does not know of; no row while somebody leads.
-- $1 int, how many
UPDATE lease SET epoch = epoch + $1::int, holder = NULL, address = NULL, expires_at = '-infinity'
WHERE id = 1 AND expires_at <= clock_timestamp()
RETURNING epoch
