-- Keys by which programs act for one account each. Of a key only its hash is kept: 32 random bytes need no salt and no slow
-- hash. A new table only: safe while another version runs, which knows no keys.
CREATE TABLE api_key (
  key_id text PRIMARY KEY,                 -- stands in the key itself, so that it is found without looking at others
  account_id int NOT NULL REFERENCES account,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'trade'] AND cardinality(scopes) BETWEEN 1 AND 2),
  created_at_ms bigint NOT NULL,
  used_at_ms bigint,                       -- to within a minute
  revoked_at_ms bigint
);
CREATE INDEX api_key_account ON api_key (account_id);
