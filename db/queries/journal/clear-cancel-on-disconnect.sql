-- Turns cancel on disconnect off for accounts, for example after their orders were canceled.
DELETE FROM cancel_on_disconnect WHERE account_id = ANY ($1::int[])
