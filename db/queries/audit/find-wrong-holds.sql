-- Orders that do not hold the amount that docs/trading-rules.md, 4 gives for their remaining quantity; closed ones hold nothing.
-- $1 json: symbol, centsPerTickLot, makerBps, takerBps, priceBandBps and highestTicks of each instrument. highestTicks has all
-- values that the book has ever had: a split raises it, and earlier holds stay. The hold of a trailing buy order may be lower,
-- because its stop price moves.
SELECT format('account %s, order %s', order_id >> 32, order_id & 4294967295) AS "row",
  format('is closed and holds %s cents', held_cents) AS fault
FROM orders
WHERE closed_at_ms IS NOT NULL AND held_cents <> 0
UNION ALL
SELECT format('account %s, order %s', order_id >> 32, order_id & 4294967295),
  CASE WHEN listed.symbol IS NULL THEN format('is of %s, which is not listed', orders.symbol)
    ELSE format('holds %s cents, expected %s', held_cents, expected) END
FROM orders
LEFT JOIN json_to_recordset($1::json) AS listed (
  symbol text, "centsPerTickLot" bigint, "makerBps" bigint, "takerBps" bigint, "priceBandBps" bigint,
  "highestTicks" bigint[]) USING (symbol)
CROSS JOIN LATERAL (
  SELECT string_agg(DISTINCT hold::text, ' or ') AS expected, bool_or(hold = held_cents OR type = 'trailing_stop' AND hold < held_cents) AS is_right
  FROM (
    SELECT rest + (fee_cent_bps + rest * CASE WHEN post_only THEN "makerBps" ELSE "takerBps" END + 9999) / 10000
      - fees_paid_cents
    FROM unnest("highestTicks") AS highest
    CROSS JOIN LATERAL (
      SELECT (lots - filled_lots) * "centsPerTickLot" * CASE WHEN type NOT IN ('stop', 'trailing_stop') THEN limit_ticks
        ELSE least(highest, (stop_ticks * (10000 + "priceBandBps") + 9999) / 10000) END
    ) AS value (rest)
    WHERE side = 'buy' AND NOT reduce_only AND status <> 'held'
    UNION ALL
    SELECT 0 WHERE side = 'sell' OR reduce_only OR status = 'held'
  ) AS one (hold)
) AS hold
WHERE closed_at_ms IS NULL AND is_right IS NOT TRUE
