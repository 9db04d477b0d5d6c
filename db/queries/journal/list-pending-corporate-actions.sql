-- The dividends and splits that are scheduled or due.
SELECT action_id AS id, symbol, kind, cents_per_lot AS "centsPerLot", numerator, denominator, at_ms AS "atMs",
  applied_batch AS "appliedBatch"
FROM corporate_action
WHERE applied_batch IS NULL
ORDER BY at_ms, action_id
