-- Users and accounts that operators have had removed, and since when: the gateways remove them through the exchange, and the
-- row stays as the record of it. A new table only: safe while another version runs, which removes nothing of it.
CREATE TABLE auth.removal (
  removal_id int GENERATED ALWAYS AS IDENTITY CONSTRAINT removal_pkey PRIMARY KEY,
  user_id text,
  account_id int,
  asked_at_ms bigint NOT NULL,
  done_at_ms bigint,
  CONSTRAINT removal_of_one CHECK (num_nonnulls(user_id, account_id) = 1)
);
CREATE INDEX removal_pending ON auth.removal (removal_id) WHERE done_at_ms IS NULL;
