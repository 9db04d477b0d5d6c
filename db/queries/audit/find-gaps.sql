-- Missing and repeated numbers of users' orders, fills and entries, up to the last numbers in their accounts; fills and
-- entries that have a higher number but an earlier batch or time.
SELECT format('account %s, %s %s', id >> 32, what, id & 4294967295) AS "row", concat_ws(', ',
  CASE WHEN id <> expected THEN format('expected %s %s', what, expected & 4294967295) END,
  CASE WHEN batch < batch_before THEN format('is of batch %s, the one before of batch %s', batch, batch_before) END,
  CASE WHEN time_ms < time_before THEN format('is of time %s, the one before of %s', time_ms, time_before) END
) AS fault
FROM (
  SELECT what, id, batch, time_ms, CASE WHEN is_first THEN (id >> 32 << 32) + 1 ELSE id_before + 1 END AS expected,
    CASE WHEN NOT is_first THEN batch_before END AS batch_before, CASE WHEN NOT is_first THEN time_before END AS time_before
  FROM (
    SELECT what, id, batch, time_ms, id_before, batch_before, time_before,
      id_before IS NULL OR id_before >> 32 <> id >> 32 AS is_first
    FROM (
      SELECT 'order' AS what, order_id AS id, 0::bigint AS batch, created_at_ms AS time_ms, lag(order_id) OVER own AS id_before,
        0::bigint AS batch_before, lag(created_at_ms) OVER own AS time_before
      FROM orders
      WINDOW own AS (ORDER BY order_id)
      UNION ALL
      SELECT 'fill', fill_id, batch, time_ms, lag(fill_id) OVER own, lag(batch) OVER own, lag(time_ms) OVER own
      FROM fill
      WINDOW own AS (ORDER BY fill_id)
      UNION ALL
      SELECT 'entry', id, batch, time_ms, lag(id) OVER own, lag(batch) OVER own, lag(time_ms) OVER own
      FROM (
        SELECT entry_id AS id, batch, time_ms FROM ledger_entry
        UNION ALL
        SELECT (counter_account_id::bigint << 32) + counter_number, batch, time_ms
        FROM ledger_entry
        WHERE counter_account_id >= 16
      ) AS side
      WINDOW own AS (ORDER BY id)
    ) AS numbered
  ) AS step
) AS step
WHERE id <> expected OR batch < batch_before OR time_ms < time_before
UNION ALL
SELECT format('account %s', account_id), format('its last %s is %s, it says %s', what, coalesce(last, 0) & 4294967295, said)
FROM (SELECT account_id, account_id::bigint << 32 AS low, (account_id::bigint + 1) << 32 AS high,
  order_number, fill_number, entry_number FROM account WHERE account_id >= 16) AS account
CROSS JOIN LATERAL (VALUES
  ('order', order_number, (SELECT max(order_id) FROM orders WHERE order_id > low AND order_id < high)),
  ('fill', fill_number, (SELECT max(fill_id) FROM fill WHERE fill_id > low AND fill_id < high)),
  ('entry', entry_number, low + greatest(
    (SELECT max(entry_id) FROM ledger_entry WHERE entry_id > low AND entry_id < high) - low,
    (SELECT max(counter_number) FROM ledger_entry WHERE counter_account_id = account_id AND counter_account_id >= 16)))
) AS counter (what, said, last)
WHERE said <> coalesce(last, 0) & 4294967295
