-- Plays a scenario on instruments, replacing any other; instruments that are not listed are ignored.
-- symbols text[], name text, fromMs bigint (or null: now)
INSERT INTO scenario_run (symbol, name, from_ms)
SELECT symbol, ${name}, coalesce(${fromMs}::bigint, (extract(epoch FROM now()) * 1000)::bigint)
FROM instrument
WHERE symbol = ANY (${symbols}::text[])
ON CONFLICT ON CONSTRAINT scenario_run_pkey DO UPDATE SET name = EXCLUDED.name, from_ms = EXCLUDED.from_ms
RETURNING symbol, name, from_ms AS "fromMs"
