-- Who leads, and whether the lease has run out by the database's clock.
SELECT epoch, expires_at <= clock_timestamp() AS expired
FROM lease
WHERE id = 1
