-- Turns cancel on disconnect on for accounts, one array per column.
INSERT INTO cancel_on_disconnect (account_id, grace_ms)
SELECT unnest($1::int[]), unnest($2::int[])
ON CONFLICT ON CONSTRAINT cancel_on_disconnect_pkey DO UPDATE SET grace_ms = excluded.grace_ms
