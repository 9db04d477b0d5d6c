-- What tells a batch from another of the same number: none comes back where the journal ends before it.
-- batch bigint
SELECT epoch, encode(hash, 'hex') AS hash
FROM journal_batch
WHERE batch = ${batch}
