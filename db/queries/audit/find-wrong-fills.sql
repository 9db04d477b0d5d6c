-- Fills that do not match their order, have a wrong value, or whose ledger entries (cash, lots, and the fee if there is one)
-- have other amounts or another batch; entries of fills that do not exist.
-- $1 json: symbol and centsPerTickLot of each instrument.
SELECT format('account %s, fill %s', fill_id >> 32, fill_id & 4294967295) AS "row", fault
FROM (
  SELECT fill_id, CASE WHEN fill.fill_id IS NULL THEN 'has entries, and is not there' ELSE concat_ws(', ',
    CASE WHEN order_of_lines <> fill.order_id & 4294967295 OR fill.order_id >> 32 <> fill_id >> 32
      THEN format('is of order %s, its entries of order %s', fill.order_id & 4294967295, order_of_lines) END,
    CASE WHEN orders.symbol <> fill.symbol OR orders.side <> fill.side
      THEN format('is to %s %s, its order to %s %s', fill.side, fill.symbol, orders.side, orders.symbol) END,
    CASE WHEN value_cents <> ticks::numeric * fill.lots * "centsPerTickLot"
      THEN format('is worth %s cents, expected %s', value_cents, ticks::numeric * fill.lots * "centsPerTickLot") END,
    CASE WHEN cash_lines IS DISTINCT FROM 1 OR cash <> CASE fill.side WHEN 'buy' THEN -value_cents ELSE value_cents END
      THEN format('is worth %s cents, its entries move %s', value_cents, coalesce(cash, 0)) END,
    CASE WHEN lot_lines IS DISTINCT FROM 1 OR moved <> CASE fill.side WHEN 'buy' THEN fill.lots ELSE -fill.lots END
        OR asset <> fill.symbol
      THEN format('is of %s lots of %s, its entries move %s of %s', fill.lots, fill.symbol, coalesce(moved, 0), asset) END,
    CASE WHEN coalesce(fee_lines, 0) <> least(fee_cents, 1) OR fee <> -fee_cents
      THEN format('pays a fee of %s cents, its entries move %s', fee_cents, coalesce(fee, 0)) END,
    CASE WHEN first_batch <> fill.batch OR last_batch <> fill.batch
      THEN format('is of batch %s, its entries of %s to %s', fill.batch, first_batch, last_batch) END
  ) END AS fault
  FROM fill
  FULL JOIN (
    SELECT fill_id, max(order_number) AS order_of_lines, min(batch) AS first_batch, max(batch) AS last_batch,
      count(*) FILTER (WHERE kind = 'trade' AND asset = 'USD') AS cash_lines,
      sum(amount) FILTER (WHERE kind = 'trade' AND asset = 'USD') AS cash,
      count(*) FILTER (WHERE kind = 'trade' AND asset <> 'USD') AS lot_lines,
      sum(amount) FILTER (WHERE kind = 'trade' AND asset <> 'USD') AS moved,
      max(asset) FILTER (WHERE asset <> 'USD') AS asset,
      count(*) FILTER (WHERE kind = 'fee') AS fee_lines, sum(amount) FILTER (WHERE kind = 'fee') AS fee
    FROM (
      SELECT (entry_id >> 32 << 32) + fill_number AS fill_id, order_number, kind, asset, amount, batch
      FROM ledger_entry
      WHERE fill_number IS NOT NULL
      UNION ALL
      SELECT (counter_account_id::bigint << 32) + counter_fill_number, counter_order_number, kind, asset, -amount, batch
      FROM ledger_entry
      WHERE counter_fill_number IS NOT NULL
    ) AS line
    GROUP BY fill_id
  ) AS line USING (fill_id)
  LEFT JOIN orders ON orders.order_id = fill.order_id
  LEFT JOIN json_to_recordset($1::json) AS listed (symbol text, "centsPerTickLot" bigint) ON listed.symbol = fill.symbol
) AS checked
WHERE fault <> ''
