-- Records up to which day equity curves have been thinned out to a step.
-- stepMs bigint, beforeDay int
UPDATE equity_thinned SET before_day = ${beforeDay} WHERE step_ms = ${stepMs}
