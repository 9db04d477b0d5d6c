-- The last committed batch.
-- none
SELECT batch, committed_at AS "committedAt" FROM journal_batch ORDER BY batch DESC LIMIT 1
