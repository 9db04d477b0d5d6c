-- Says that the bars before a split are restated, and of when it was; no row when they had been, or nothing was split.
-- id int
UPDATE corporate_action SET restated = true
FROM journal_batch
WHERE action_id = ${id} AND kind = 'split' AND NOT restated AND journal_batch.batch = applied_batch
RETURNING symbol, numerator, denominator, time_ms AS "beforeMs"
