-- The state of the simulator at the last batch that stored it.
SELECT state
FROM simulator_state
