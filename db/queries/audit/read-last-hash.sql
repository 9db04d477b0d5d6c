-- The last hash of the chain. Stored elsewhere, it shows later whether the whole chain was rewritten.
SELECT batch, encode(hash, 'hex') AS hash FROM journal_batch ORDER BY batch DESC LIMIT 1
