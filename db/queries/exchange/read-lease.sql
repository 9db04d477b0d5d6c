-- The epoch of the lease, and whether it has expired by the database's clock.
SELECT epoch, expires_at <= clock_timestamp() AS expired
FROM lease
WHERE id = 1
