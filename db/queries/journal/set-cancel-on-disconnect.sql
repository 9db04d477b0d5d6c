-- That somebody of these accounts asked for it, one array a column.
INSERT INTO cancel_on_disconnect (account_id, grace_ms)
SELECT unnest($1::int[]), unnest($2::int[])
ON CONFLICT ON CONSTRAINT cancel_on_disconnect_pkey DO UPDATE SET grace_ms = excluded.grace_ms
