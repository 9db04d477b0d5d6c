-- What users keep of their own: layouts, drawings, favourites, settings. They hang on the user, not on the trading account,
-- and go when the user goes. New tables only: safe while another version runs, which knows no preferences.
CREATE TABLE preference (
  user_id text NOT NULL CONSTRAINT preference_user REFERENCES auth."user" ("id") ON DELETE CASCADE,
  key text NOT NULL CONSTRAINT preference_key_form CHECK (key ~ '^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$'),
  -- json, not jsonb: the bound is on what was sent, and text that jsonb refuses (a NUL, half a character) is JSON too
  value json NOT NULL CONSTRAINT preference_value_size CHECK (octet_length(value::text) <= 16384),
  set_at_ms bigint NOT NULL,
  CONSTRAINT preference_pkey PRIMARY KEY (user_id, key)
);
-- The ids of requests that set one: a request that comes again is answered again, and changes nothing.
CREATE TABLE preference_request (
  user_id text NOT NULL CONSTRAINT preference_request_user REFERENCES auth."user" ("id") ON DELETE CASCADE,
  request_id text NOT NULL CONSTRAINT preference_request_id_size CHECK (length(request_id) BETWEEN 1 AND 64),
  sha256 bytea NOT NULL CONSTRAINT preference_request_hash_size CHECK (octet_length(sha256) = 32),
  set_at_ms bigint NOT NULL,
  CONSTRAINT preference_request_pkey PRIMARY KEY (user_id, request_id)
);
