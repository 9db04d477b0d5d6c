-- The last committed batch, from which to continue.
SELECT batch, epoch, stream_position AS "streamPosition", time_ms AS "timeMs", encode(hash, 'hex') AS hash
FROM journal_batch
ORDER BY batch DESC
LIMIT 1
