-- Positions of which open orders could sell or buy back more than there is: sell orders of cash accounts, and all reduce-only
-- orders. Of the exits of a group only the largest counts.
SELECT format('account %s, %s', account_id, symbol) AS "row",
  format('orders to %s bind %s lots of %s', side, bound, coalesce(position.lots, 0)) AS fault
FROM (
  SELECT account_id, symbol, side, sum(lots) AS bound
  FROM (
    SELECT orders.account_id, symbol, side, max(lots - filled_lots) AS lots
    FROM orders
    JOIN account USING (account_id)
    WHERE closed_at_ms IS NULL AND status <> 'held' AND (reduce_only OR side = 'sell' AND mode = 'cash')
    GROUP BY orders.account_id, symbol, side,
      CASE WHEN role IS NOT NULL THEN group_number END, CASE WHEN role IS NULL OR group_number IS NULL THEN order_id END
  ) AS holding
  GROUP BY account_id, symbol, side
) AS binding
LEFT JOIN position USING (account_id, symbol)
WHERE bound > greatest(0, CASE side WHEN 'sell' THEN position.lots ELSE -position.lots END)
