-- How many passwords were tried of late, by e-mail address, browser and session: counted here, so that all instances count
-- together. A new table only: safe while another version runs, which counts nothing.
CREATE TABLE auth.attempt (
  key text NOT NULL CONSTRAINT attempt_pkey PRIMARY KEY CONSTRAINT attempt_key_size CHECK (length(key) <= 100),
  attempts int NOT NULL CONSTRAINT attempt_number CHECK (attempts >= 0),
  ends_at_ms bigint NOT NULL
);
CREATE INDEX attempt_ends_at ON auth.attempt (ends_at_ms);
