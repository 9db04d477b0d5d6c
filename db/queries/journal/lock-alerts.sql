-- Serializes changes of an account's alerts, so that two requests with one id, or two beyond the limit, are not both accepted.
-- account int
SELECT pg_advisory_xact_lock(45, ${account})
