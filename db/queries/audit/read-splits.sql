-- The splits that have been applied, oldest first.
SELECT symbol, numerator, denominator, applied_batch AS batch
FROM corporate_action
WHERE kind = 'split' AND applied_batch IS NOT NULL
ORDER BY applied_batch, action_id
