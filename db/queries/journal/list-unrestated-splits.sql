-- The splits before which bars still have unadjusted prices.
SELECT action_id AS id, symbol, kind, cents_per_lot AS "centsPerLot", numerator, denominator, at_ms AS "atMs",
  applied_batch AS "appliedBatch"
FROM corporate_action
WHERE kind = 'split' AND applied_batch IS NOT NULL AND NOT restated
ORDER BY applied_batch, action_id
