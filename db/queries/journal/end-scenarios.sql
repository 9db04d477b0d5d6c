-- Ends what is played on instruments, and what is to be.
-- symbols text[]
DELETE FROM scenario_run
WHERE symbol = ANY (${symbols}::text[])
RETURNING symbol
