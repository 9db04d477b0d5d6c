-- The end of the chain, to be kept elsewhere: who has it sees whether all of the chain was written anew.
SELECT batch, encode(hash, 'hex') AS hash FROM journal_batch ORDER BY batch DESC LIMIT 1
