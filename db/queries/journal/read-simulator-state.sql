-- What the simulated participants knew at their last batch.
SELECT state
FROM simulator_state
