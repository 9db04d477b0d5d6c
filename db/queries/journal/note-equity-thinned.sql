-- Notes that curves have been thinned out to a step, up to a day.
-- stepMs bigint, beforeDay int
UPDATE equity_thinned SET before_day = ${beforeDay} WHERE step_ms = ${stepMs}
