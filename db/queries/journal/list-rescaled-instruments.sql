-- Instruments whose prices are stored already, and whose new definition has another tick or lot.
-- definitions json
SELECT symbol, definition ->> 'tickSize' AS "tickSize", definition ->> 'lotSize' AS "lotSize"
FROM instrument
JOIN (
  SELECT given ->> 'symbol' AS symbol, given ->> 'tickSize' AS tick_size, given ->> 'lotSize' AS lot_size
  FROM json_array_elements(${definitions}::json) AS listed (given)
) AS new_one USING (symbol)
WHERE (definition ->> 'tickSize' IS DISTINCT FROM tick_size OR definition ->> 'lotSize' IS DISTINCT FROM lot_size)
  AND EXISTS (SELECT FROM candle_1m WHERE candle_1m.symbol = instrument.symbol)
ORDER BY symbol
