-- The scenarios played on instruments, possibly with some that have ended.
SELECT symbol, name, from_ms AS "fromMs"
FROM scenario_run
ORDER BY symbol
