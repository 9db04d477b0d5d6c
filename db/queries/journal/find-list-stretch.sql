-- The range of numbers for a page of a list: from `first`, below `before`.
-- list text (orders, fills or entries), account int, fromMs bigint (or null), toMs bigint (exclusive; or null),
-- before bigint (exclusive)
SELECT least(${before}, first_number_at(${list}, ${account}, ${toMs}),
    CASE ${list} WHEN 'orders' THEN order_number WHEN 'fills' THEN fill_number ELSE entry_number END + 1) AS before,
  least(coalesce(first_number_at(${list}, ${account}, ${fromMs}), 1),
    CASE WHEN ${list} = 'entries' THEN first_number_at('counter entries', ${account}, ${fromMs}) END) AS first
FROM account
WHERE account_id = ${account}
