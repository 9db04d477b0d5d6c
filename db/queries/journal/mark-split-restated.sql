-- Marks the bars before a split as restated, and returns its time; no row if they already were or there is no such split.
-- id int
UPDATE corporate_action SET restated = true
FROM journal_batch
WHERE action_id = ${id} AND kind = 'split' AND NOT restated AND journal_batch.batch = applied_batch
RETURNING symbol, numerator, denominator, time_ms AS "beforeMs"
