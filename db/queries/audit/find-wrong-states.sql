-- Orders whose status contradicts their other columns.
SELECT format('account %s, order %s', order_id >> 32, order_id & 4294967295) AS "row", fault
FROM (
  SELECT order_id, concat_ws(', ',
    CASE WHEN NOT CASE status
        WHEN 'filled' THEN filled_lots = lots AND lots > 0
        WHEN 'partially_filled' THEN filled_lots > 0 AND filled_lots < lots
        WHEN 'canceled' THEN filled_lots < lots
        WHEN 'expired' THEN filled_lots < lots
        WHEN 'rejected' THEN filled_lots = 0
        ELSE status IN ('held', 'untriggered', 'open') AND filled_lots = 0 AND lots > 0 END
      THEN format('is %s with %s of %s lots filled', status, filled_lots, lots) END,
    CASE WHEN (closed_at_ms IS NULL) <> (status IN ('held', 'untriggered', 'open', 'partially_filled'))
      THEN format('is %s, closed at %s', status, coalesce(closed_at_ms::text, 'no time')) END,
    CASE WHEN (status = 'rejected') <> (reject_code IS NOT NULL)
      THEN format('is %s, with the code %s', status, coalesce(reject_code, 'none')) END,
    CASE WHEN (status IN ('canceled', 'expired')) <> (reason IS NOT NULL)
      THEN format('is %s for the reason %s', status, coalesce(reason, 'none')) END,
    CASE WHEN (status IN ('untriggered', 'open', 'partially_filled')) AND priority = 0 THEN 'has no place' END,
    CASE WHEN status IN ('open', 'partially_filled') AND limit_ticks = 0 THEN 'rests without a price' END,
    CASE WHEN status = 'untriggered' AND stop_ticks = 0 THEN 'waits without a price' END,
    CASE WHEN updated_at_ms < created_at_ms OR closed_at_ms < created_at_ms THEN 'ended before it began' END
  ) AS fault
  FROM orders
) AS checked
WHERE fault <> ''
