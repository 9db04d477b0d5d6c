-- The last batch that was committed.
-- none
SELECT batch, committed_at AS "committedAt" FROM journal_batch ORDER BY batch DESC LIMIT 1
