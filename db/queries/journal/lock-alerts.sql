-- One change at a time to an account's alerts, so that two requests under one id, or two past the bound, are not both taken.
-- account int
SELECT pg_advisory_xact_lock(45, ${account})
