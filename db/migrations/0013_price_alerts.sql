-- Price alerts. An account's gateway writes them, the leader reads and fires them; nothing of it stands in a batch of the
-- journal, so that no order pays for it. A row that is deleted, or has fired, stays a while: the id of a request that made
-- or deleted it is known by it. `changed_by` is the transaction that made, fired or deleted it: by that the leader asks for
-- what is new, whatever the clocks say, and passes over no transaction that was still at work. A new table only: safe
-- while another version runs, which knows no alerts.
CREATE TABLE price_alert (
  alert_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT price_alert_pkey PRIMARY KEY,
  account_id int NOT NULL CONSTRAINT price_alert_account REFERENCES account,
  symbol text COLLATE "C" NOT NULL,
  op text NOT NULL CONSTRAINT price_alert_op CHECK (op IN ('above', 'below')),
  price_ticks bigint NOT NULL CONSTRAINT price_alert_price CHECK (price_ticks > 0),
  note text CONSTRAINT price_alert_note CHECK (length(note) BETWEEN 1 AND 120),
  created_at_ms bigint NOT NULL,           -- wall time
  fired_at_ms bigint,                      -- market time of the trade
  trade_ticks bigint,
  told_at_ms bigint,                       -- a socket of the account was sent it
  deleted_at_ms bigint,
  request_id text COLLATE "C",
  request_sha256 bytea,
  delete_request_id text COLLATE "C",
  changed_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT price_alert_fired CHECK ((fired_at_ms IS NULL) = (trade_ticks IS NULL)),
  CONSTRAINT price_alert_told CHECK (told_at_ms IS NULL OR fired_at_ms IS NOT NULL)
);
CREATE INDEX price_alert_of_account ON price_alert (account_id, alert_id) WHERE deleted_at_ms IS NULL;
CREATE INDEX price_alert_waiting ON price_alert (alert_id) WHERE fired_at_ms IS NULL AND deleted_at_ms IS NULL;
CREATE INDEX price_alert_untold ON price_alert (account_id)
  WHERE fired_at_ms IS NOT NULL AND told_at_ms IS NULL AND deleted_at_ms IS NULL;
CREATE INDEX price_alert_changes ON price_alert (changed_by);
CREATE UNIQUE INDEX price_alert_request ON price_alert (account_id, request_id) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX price_alert_delete_request ON price_alert (account_id, delete_request_id)
  WHERE delete_request_id IS NOT NULL;
