-- Positions whose lots differ from the balance of their symbol, or whose cost has another sign.
SELECT format('account %s, %s', account_id, asset) AS "row", concat_ws(', ',
  CASE WHEN coalesce(lots, 0) <> coalesce(amount, 0)
    THEN format('position of %s, balance of %s', coalesce(lots, 0), coalesce(amount, 0)) END,
  CASE WHEN cost_cents <> 0 AND sign(cost_cents) <> sign(lots) THEN format('%s lots cost %s', lots, cost_cents) END
) AS fault
FROM (SELECT account_id, symbol AS asset, lots, cost_cents FROM position) AS position
FULL JOIN (SELECT account_id, asset, amount FROM balance WHERE asset <> 'USD' AND account_id >= 16) AS balance
  USING (account_id, asset)
WHERE coalesce(lots, 0) <> coalesce(amount, 0) OR cost_cents <> 0 AND sign(cost_cents) <> sign(lots)
