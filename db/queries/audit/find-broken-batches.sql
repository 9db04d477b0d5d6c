-- Batches after a gap, with a wrong predecessor, or with an earlier epoch or time than the batch before.
SELECT format('batch %s', batch) AS "row", concat_ws(', ',
  CASE WHEN batch <> before + 1 THEN format('comes after batch %s', before) END,
  CASE WHEN prev IS DISTINCT FROM CASE WHEN batch > 0 THEN batch - 1 END
    THEN format('names %s as the one before', coalesce(prev::text, 'none')) END,
  CASE WHEN epoch < epoch_before THEN format('is of epoch %s, the one before of %s', epoch, epoch_before) END,
  CASE WHEN time_ms < time_before THEN format('is of time %s, the one before of %s', time_ms, time_before) END
) AS fault
FROM (
  SELECT batch, prev, epoch, time_ms, lag(batch, 1, -1::bigint) OVER (ORDER BY batch) AS before,
    lag(epoch) OVER (ORDER BY batch) AS epoch_before, lag(time_ms) OVER (ORDER BY batch) AS time_before
  FROM journal_batch
) AS step
WHERE batch <> before + 1 OR prev IS DISTINCT FROM CASE WHEN batch > 0 THEN batch - 1 END OR epoch < epoch_before
  OR time_ms < time_before
