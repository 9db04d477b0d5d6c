-- The day up to which equity curves have been thinned out to a step.
-- stepMs bigint
SELECT before_day AS "beforeDay"
FROM equity_thinned
WHERE step_ms = ${stepMs}
