-- An account's ledger, newest first, one page.
-- account int, asset text (or null), fromMs bigint, toMs bigint (exclusive), before bigint (exclusive), limit int
SELECT account_id AS account, entry_id & 4294967295 AS number, movement_id >> 32 AS "movementAccount",
  movement_id & 4294967295 AS "movementNumber", kind, asset, amount, balance_after AS "balanceAfter",
  order_number AS "orderNumber", fill_number AS "fillNumber", time_ms AS "timeMs"
FROM ledger_entry
WHERE entry_id > ${account}::bigint << 32 AND entry_id < (${account}::bigint << 32) + ${before}
  AND (${asset}::text IS NULL OR asset = ${asset}::text)
  AND time_ms >= ${fromMs} AND time_ms < ${toMs}
ORDER BY entry_id DESC
LIMIT ${limit}
