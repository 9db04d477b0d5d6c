-- Accounts, orders, fills, money. New tables only: safe while another version runs.
--
-- Ids of orders, fills and entries are account × 2^32 + the account's running number (shared/units/id.ts), so that the
-- primary key of a table is also the index of an account's history, newest last.
-- Market times are bigint milliseconds (`…_at_ms`), not timestamptz: they are data of the engine, may be replayed or run
-- faster than the wall, and must come back exactly as they went in, without a conversion a row.
-- Words such as side and status are text: the engine's types are their vocabulary, and a new word needs no migration.

CREATE TABLE account (
  account_id int NOT NULL CONSTRAINT account_pkey PRIMARY KEY CONSTRAINT account_id_positive CHECK (account_id > 0),
  name text NOT NULL,
  mode text NOT NULL DEFAULT 'cash' CONSTRAINT account_mode_known CHECK (mode IN ('cash', 'margin', 'exchange')),
  resets int NOT NULL DEFAULT 0,
  seq bigint NOT NULL DEFAULT 0,
  order_number bigint NOT NULL DEFAULT 0,
  fill_number bigint NOT NULL DEFAULT 0,
  entry_number bigint NOT NULL DEFAULT 0,
  realized_cents bigint NOT NULL DEFAULT 0,
  fees_paid_cents bigint NOT NULL DEFAULT 0,
  created_at_ms bigint NOT NULL,
  batch bigint NOT NULL,
  -- A running number is 32 bits of an id.
  CONSTRAINT account_numbers_fit CHECK (greatest(order_number, fill_number, entry_number) < 4294967296)
) WITH (fillfactor = 70);
INSERT INTO account (account_id, name, mode, created_at_ms, batch)
VALUES (1, 'house', 'exchange', 0, 0), (2, 'fees', 'exchange', 0, 0), (3, 'outside', 'exchange', 0, 0);

-- Who may trade an account. user_id is a better-auth id; becoming a lasting user re-points it and moves no money.
CREATE TABLE account_owner (
  account_id int NOT NULL CONSTRAINT account_owner_pkey PRIMARY KEY
    CONSTRAINT account_owner_account_fkey REFERENCES account ON DELETE RESTRICT,
  user_id text COLLATE "C" NOT NULL
);
CREATE INDEX account_owner_user ON account_owner (user_id);

-- No foreign key of orders, fill and ledger_entry to account: it would lock and check the account once a row. What is
-- to be prevented, an account deleted from under its money, is prevented by balance, which every entry has a row in.
CREATE TABLE orders (
  order_id bigint NOT NULL CONSTRAINT orders_pkey PRIMARY KEY,
  account_id int NOT NULL,
  client_order_id text COLLATE "C" NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  side text NOT NULL,
  type text NOT NULL,
  time_in_force text NOT NULL,
  post_only boolean NOT NULL,
  self_trade text NOT NULL,
  source text NOT NULL,
  tag text,
  lots bigint NOT NULL,
  limit_ticks bigint NOT NULL,
  arrival_mid_half_ticks bigint NOT NULL,
  filled_lots bigint NOT NULL,
  filled_tick_lots bigint NOT NULL,
  fee_cent_bps bigint NOT NULL,
  fees_paid_cents bigint NOT NULL,
  held_cents bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  reason text,
  reject_code text,
  priority bigint NOT NULL,
  version int NOT NULL,
  created_at_ms bigint NOT NULL,
  updated_at_ms bigint NOT NULL,
  closed_at_ms bigint,
  batch bigint NOT NULL,
  CONSTRAINT orders_client_order_id_key UNIQUE (account_id, client_order_id),
  CONSTRAINT orders_id_of_account CHECK (order_id >> 32 = account_id),
  CONSTRAINT orders_filled_within CHECK (filled_lots BETWEEN 0 AND lots),
  CONSTRAINT orders_held_not_negative CHECK (held_cents >= 0)
) WITH (fillfactor = 90);
-- What an account has in the books, and what recovery reads. An order that is filled at once is never in it.
CREATE INDEX orders_open ON orders (account_id) WHERE status IN ('open', 'partially_filled');

CREATE TABLE fill (
  fill_id bigint NOT NULL CONSTRAINT fill_pkey PRIMARY KEY,
  order_id bigint NOT NULL,
  symbol text COLLATE "C" NOT NULL,
  side text NOT NULL,
  ticks bigint NOT NULL,
  lots bigint NOT NULL CONSTRAINT fill_lots_positive CHECK (lots > 0),
  value_cents bigint NOT NULL,
  fee_cents bigint NOT NULL,
  liquidity text NOT NULL,
  realized_cents bigint NOT NULL,
  trade_id bigint NOT NULL,
  time_ms bigint NOT NULL,
  batch bigint NOT NULL
);
-- Most orders have one fill: looking for duplicates before each split of a page would find none.
CREATE INDEX fill_order ON fill (order_id) WITH (deduplicate_items = off);

-- One line of the ledger: amount is cents or lots, as its asset says. The lines of one movement sum to zero per asset.
CREATE TABLE ledger_entry (
  entry_id bigint NOT NULL CONSTRAINT ledger_entry_pkey PRIMARY KEY,
  movement_id bigint NOT NULL,
  account_id int NOT NULL,
  kind text NOT NULL,
  asset text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  balance_after bigint,
  order_number bigint,
  fill_number bigint,
  time_ms bigint NOT NULL,
  batch bigint NOT NULL,
  CONSTRAINT ledger_entry_id_of_account CHECK (entry_id >> 32 = account_id)
);

-- What each account has of each asset: kept by the trigger on ledger_entry alone. `floor` is 0 for a cash account and
-- null where the engine's rule holds instead (margin; the exchange's own three).
CREATE TABLE balance (
  account_id int NOT NULL CONSTRAINT balance_account_fkey REFERENCES account ON DELETE RESTRICT,
  asset text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  floor bigint,
  CONSTRAINT balance_pkey PRIMARY KEY (account_id, asset),
  CONSTRAINT balance_not_overdrawn CHECK (amount >= floor)
) WITH (fillfactor = 70);

CREATE TABLE position (
  account_id int NOT NULL CONSTRAINT position_account_fkey REFERENCES account ON DELETE RESTRICT,
  symbol text COLLATE "C" NOT NULL,
  lots bigint NOT NULL,
  cost_cents bigint NOT NULL,
  realized_cents bigint NOT NULL,
  batch bigint NOT NULL,
  CONSTRAINT position_pkey PRIMARY KEY (account_id, symbol)
) WITH (fillfactor = 70);
