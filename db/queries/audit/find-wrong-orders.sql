-- Orders whose figures are not the sums of their fills; fills without an order. Quantities filled before a split stay in the
-- lots of that time, in orders as well as in fills.
-- $1 json: symbol, makerBps and takerBps of each instrument; rates are null if they may have been different before.
SELECT format('account %s, order %s', order_id >> 32, order_id & 4294967295) AS "row", fault
FROM (
  SELECT order_id, CASE WHEN orders.order_id IS NULL THEN 'has fills, and is not there' ELSE concat_ws(', ',
    CASE WHEN filled_lots <> coalesce(f.lots, 0)
      THEN format('filled %s lots, its fills are %s', filled_lots, coalesce(f.lots, 0)) END,
    CASE WHEN filled_tick_lots <> coalesce(f.tick_lots, 0)
      THEN format('filled %s ticks × lots, its fills are %s', filled_tick_lots, coalesce(f.tick_lots, 0)) END,
    CASE WHEN fees_paid_cents <> coalesce(f.fee_cents, 0)
      THEN format('paid fees of %s cents, its fills are %s', fees_paid_cents, coalesce(f.fee_cents, 0)) END,
    CASE WHEN fees_paid_cents <> div(fee_cent_bps::numeric + 9999, 10000)
      THEN format('paid fees of %s cents, of %s cents × bps', fees_paid_cents, fee_cent_bps) END,
    CASE WHEN fee_cent_bps <> maker_cents * "makerBps" + taker_cents * "takerBps"
      THEN format('has fees of %s cents × bps, its fills are %s', fee_cent_bps,
        maker_cents * "makerBps" + taker_cents * "takerBps") END
  ) END AS fault
  FROM orders
  FULL JOIN (
    SELECT order_id, sum(lots) AS lots, sum(ticks::numeric * lots) AS tick_lots, sum(fee_cents) AS fee_cents,
      coalesce(sum(value_cents) FILTER (WHERE liquidity = 'maker'), 0) AS maker_cents,
      coalesce(sum(value_cents) FILTER (WHERE liquidity = 'taker'), 0) AS taker_cents
    FROM fill
    GROUP BY order_id
  ) AS f USING (order_id)
  LEFT JOIN json_to_recordset($1::json) AS listed (symbol text, "makerBps" bigint, "takerBps" bigint) USING (symbol)
) AS checked
WHERE fault <> ''
