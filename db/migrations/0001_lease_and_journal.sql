-- Who leads, and the unbroken row of committed batches. New tables only: safe while another version runs.

-- The lease. `epoch` is UNIQUE so that it is a key column: taking the lease (which changes it) waits for a commit that
-- holds the row FOR KEY SHARE, while renewing (which does not) never waits. docs: reliability 2a.
CREATE TABLE lease (
  id int NOT NULL CONSTRAINT lease_pkey PRIMARY KEY CONSTRAINT lease_single_row CHECK (id = 1),
  epoch bigint NOT NULL CONSTRAINT lease_epoch_key UNIQUE,
  holder text,
  address text,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);  -- lean and roomy: it is updated twice a second, within its page
INSERT INTO lease (id, epoch, expires_at) VALUES (1, 0, '-infinity');

-- One row a commit. `prev` makes a gap or a fork impossible, whoever writes.
CREATE TABLE journal_batch (
  batch bigint NOT NULL CONSTRAINT journal_batch_pkey PRIMARY KEY,
  prev bigint CONSTRAINT journal_batch_prev_key UNIQUE
    CONSTRAINT journal_batch_prev_fkey REFERENCES journal_batch ON DELETE RESTRICT,
  epoch bigint NOT NULL,
  stream_position text NOT NULL,           -- read on from here after a restart
  time_ms bigint NOT NULL,                 -- market time; see 0002 on times
  committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  hash bytea,                              -- sha256 over the one before and the batch's entries; not written yet
  CONSTRAINT journal_batch_no_gap CHECK (batch = 0 AND prev IS NULL OR prev = batch - 1)
);
INSERT INTO journal_batch (batch, prev, epoch, stream_position, time_ms) VALUES (0, NULL, 0, '0-0', 0);

-- The answer to every command of a user, refusals included: once given it is the answer for ever.
-- command_id is 'o:' and a clientOrderId (kept for ever), or 'r:' and a requestId (24 hours).
-- `result` is json, not jsonb: it goes back to the client as it was written, and no escape in it (a NUL, half a
-- surrogate pair) can refuse a whole batch. COLLATE "C": ids are bytes, whatever the database's locale.
-- No foreign key to journal_batch: commit_batch writes both, and a key check a row costs what the rest of the row does.
CREATE TABLE command_result (
  account_id int NOT NULL,
  command_id text COLLATE "C" NOT NULL,
  command_hash bigint NOT NULL,            -- 53 bits of command_id, for the exchange's set of known ids
  payload_hash bytea NOT NULL,
  batch bigint NOT NULL,
  result json NOT NULL,
  CONSTRAINT command_result_pkey PRIMARY KEY (account_id, command_id)
);
-- For forgetting request ids after a day; orders' ids are not in it.
CREATE INDEX command_result_requests ON command_result (batch) WHERE command_id LIKE 'r:%';
