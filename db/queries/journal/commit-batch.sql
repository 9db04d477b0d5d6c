-- Commits one batch. For the parameters see the function (db/functions/commit_batch_3.sql).
SELECT commit_batch_3($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
