-- Epoch and hash, which identify a batch among others with the same number; no row if the journal ends before it.
-- batch bigint
SELECT epoch, encode(hash, 'hex') AS hash
FROM journal_batch
WHERE batch = ${batch}
