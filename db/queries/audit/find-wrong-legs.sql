-- Legs that do not match their entry order, which must be one or two numbers before them, with the same symbol and the other
-- side. While a leg is held, its entry order must be open and without fills.
SELECT format('account %s, order %s', leg.order_id >> 32, leg.order_id & 4294967295) AS "row",
  CASE WHEN entry.order_id IS NULL THEN format('is a leg of order %s, which is not there', leg.parent_number)
    ELSE format('is a leg (%s %s %s, %s) of order %s (%s %s, %s of %s lots filled, %s)', leg.side, leg.symbol,
      coalesce(leg.role, 'without a role'), leg.status, leg.parent_number, entry.side, entry.symbol, entry.filled_lots,
      entry.lots, entry.status) END AS fault
FROM orders AS leg
LEFT JOIN orders AS entry ON entry.order_id = (leg.order_id >> 32 << 32) + leg.parent_number
WHERE leg.parent_number IS NOT NULL AND (entry.order_id IS NULL OR entry.symbol <> leg.symbol OR entry.side = leg.side
    OR entry.role IS NOT NULL OR entry.status = 'rejected' OR leg.role IS NULL OR NOT leg.reduce_only
    OR leg.group_number IS DISTINCT FROM leg.parent_number
    OR (leg.order_id & 4294967295) - leg.parent_number NOT BETWEEN 1 AND 2
    OR leg.status = 'held' AND (entry.filled_lots > 0 OR entry.closed_at_ms IS NOT NULL))
  OR leg.parent_number IS NULL AND leg.status = 'held'
