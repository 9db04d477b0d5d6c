-- Ends the running and planned scenarios of instruments.
-- symbols text[]
DELETE FROM scenario_run
WHERE symbol = ANY (${symbols}::text[])
RETURNING symbol
