-- All active dead man's switches.
SELECT account_id AS account, at_ms AS "atMs", symbols, keep_protective AS "keepProtective"
FROM dead_man
ORDER BY account_id
