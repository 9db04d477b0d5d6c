-- Accounts whose orders are to go when the last socket that asked for it has been gone for the grace. That a socket is there
-- is told again and again and stands in memory alone; a row says that somebody asked, so that who leads next knows of it and
-- lets the grace run anew. A new table only: safe while another version runs, which knows nothing of it.
CREATE TABLE cancel_on_disconnect (
  account_id int NOT NULL CONSTRAINT cancel_on_disconnect_pkey PRIMARY KEY
    CONSTRAINT cancel_on_disconnect_account REFERENCES account_owner ON DELETE RESTRICT,
  grace_ms int NOT NULL CONSTRAINT cancel_on_disconnect_grace CHECK (grace_ms > 0)
);
