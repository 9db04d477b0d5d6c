-- Instruments, the simulator's state, candles. New tables only: safe while another version runs.

CREATE TABLE instrument (
  symbol text COLLATE "C" NOT NULL CONSTRAINT instrument_pkey PRIMARY KEY,
  definition jsonb NOT NULL,
  version int NOT NULL
);

-- What the simulated participants must know to go on, written with a batch at most once a second.
CREATE TABLE simulator_state (
  id int NOT NULL CONSTRAINT simulator_state_pkey PRIMARY KEY CONSTRAINT simulator_state_single_row CHECK (id = 1),
  batch bigint NOT NULL,
  state json NOT NULL
);

-- Bars: integer ticks and lots, silent ones are not stored. start_at_ms is bigint as all market time is (0002), and so
-- one number from the feed to the partition's bound. turnover is the sum of ticks × lots: vwap is turnover / volume.
-- Partitions are made ahead by candle_partitions() and dropped whole.
CREATE TABLE candle_1s (
  symbol text COLLATE "C" NOT NULL,
  start_at_ms bigint NOT NULL,
  open_ticks int NOT NULL,
  high_ticks int NOT NULL,
  low_ticks int NOT NULL,
  close_ticks int NOT NULL,
  volume_lots bigint NOT NULL,
  trades int NOT NULL,
  turnover bigint NOT NULL,
  CONSTRAINT candle_1s_pkey PRIMARY KEY (symbol, start_at_ms)
) PARTITION BY RANGE (start_at_ms);
CREATE TABLE candle_1m (
  symbol text COLLATE "C" NOT NULL,
  start_at_ms bigint NOT NULL,
  open_ticks int NOT NULL,
  high_ticks int NOT NULL,
  low_ticks int NOT NULL,
  close_ticks int NOT NULL,
  volume_lots bigint NOT NULL,
  trades int NOT NULL,
  turnover bigint NOT NULL,
  CONSTRAINT candle_1m_pkey PRIMARY KEY (symbol, start_at_ms)
) PARTITION BY RANGE (start_at_ms);
