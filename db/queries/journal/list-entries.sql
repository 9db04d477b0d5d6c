-- One page of an account's ledger, newest first, with the entries in which it is on either side. If the entries with it on the
-- first side fill the page, the others are read only down to the last of these. Skipped for an asset that it never had.
-- account int, asset text (or null), kind text (or null), fromMs bigint (or null), toMs bigint (exclusive; or null),
-- before bigint (exclusive), downTo bigint, limit int
WITH own AS MATERIALIZED (
  SELECT (entry_id >> 32)::int AS account, entry_id & 4294967295 AS number, counter_account_id AS counter,
    coalesce(counter_number, 0) AS "counterNumber", kind, asset, amount, balance_after AS "balanceAfter",
    counter_balance_after AS "counterBalanceAfter", order_number AS "orderNumber", fill_number AS "fillNumber",
    counter_order_number AS "counterOrderNumber", counter_fill_number AS "counterFillNumber", time_ms AS "timeMs", note
  FROM ledger_entry
  WHERE entry_id >= (${account}::bigint << 32) + greatest(${downTo}, first_number_at('entries', ${account}, ${fromMs}))
    AND entry_id < (${account}::bigint << 32) + least(${before}, first_number_at('entries', ${account}, ${toMs}))
    AND (${asset}::text IS NULL OR asset = ${asset}::text AND EXISTS (
      SELECT FROM balance b WHERE b.account_id = ${account} AND b.asset = ${asset}::text))
    AND (${kind}::text IS NULL OR kind = ${kind}::text)
  ORDER BY entry_id DESC
  LIMIT ${limit}
), others AS (
  SELECT counter_account_id, counter_number, (entry_id >> 32)::int, entry_id & 4294967295, kind, asset, -amount,
    counter_balance_after, balance_after, counter_order_number, counter_fill_number, order_number, fill_number, time_ms,
    note
  FROM ledger_entry
  WHERE counter_account_id = ${account} AND counter_account_id >= 16
    AND counter_number >= greatest(${downTo}, first_number_at('counter entries', ${account}, ${fromMs}))
    AND counter_number < least(${before}, first_number_at('counter entries', ${account}, ${toMs}))
    AND counter_number > (SELECT CASE count(*) WHEN ${limit} THEN min(number) ELSE 0 END FROM own)
    AND (${asset}::text IS NULL OR asset = ${asset}::text AND EXISTS (
      SELECT FROM balance b WHERE b.account_id = ${account} AND b.asset = ${asset}::text))
    AND (${kind}::text IS NULL OR kind = ${kind}::text)
  ORDER BY counter_number DESC
  LIMIT ${limit}
)
TABLE own UNION ALL TABLE others
ORDER BY number DESC
LIMIT ${limit}
