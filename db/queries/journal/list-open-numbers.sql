-- The numbers of all orders that are open, of those of some accounts that have any.
-- accounts int[]
SELECT account_id AS account, string_agg((order_id & 4294967295)::text, ',') AS numbers
FROM orders
WHERE account_id = ANY (${accounts}::int[]) AND closed_at_ms IS NULL
GROUP BY account_id
