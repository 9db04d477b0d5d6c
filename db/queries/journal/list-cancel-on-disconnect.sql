-- The accounts with cancel on disconnect.
SELECT account_id AS account, grace_ms AS "graceMs" FROM cancel_on_disconnect
