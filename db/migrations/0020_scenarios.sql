-- What an operator plays on an instrument: a programme of the simulator by its name, from a moment of market time on. One
-- row an instrument, the newest; a row whose programme is over is left, the simulator's saved state says so. A new table
-- only: safe while another version runs, which plays nothing.
CREATE TABLE scenario_run (
  symbol text COLLATE "C" NOT NULL CONSTRAINT scenario_run_pkey PRIMARY KEY
    CONSTRAINT scenario_run_instrument REFERENCES instrument ON DELETE RESTRICT,
  name text NOT NULL,
  from_ms bigint NOT NULL CONSTRAINT scenario_run_from CHECK (from_ms > 0)
);
