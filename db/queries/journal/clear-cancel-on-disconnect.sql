-- The orders of these accounts have gone.
DELETE FROM cancel_on_disconnect WHERE account_id = ANY ($1::int[])
