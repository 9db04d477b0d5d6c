-- What is played on which instrument; what is over may stand in it.
SELECT symbol, name, from_ms AS "fromMs"
FROM scenario_run
ORDER BY symbol
