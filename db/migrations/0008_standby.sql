-- What a standby that follows the journal asks for each 200 ms: the accounts that later batches have changed. BRIN keeps
-- one pair of batches per eight pages, is no obstacle to HOT updates (a B-tree on batch would end those, twice a batch and
-- account), and its highest batch only rises, so that what has not changed is not read. An account stands in every batch
-- that changes anything of it: its orders and positions are found through it, and need no index of their own
-- (docs/adr/0010). A new index only: safe while another version runs; made under a lock that holds commits up for as long
-- as one reading of the accounts takes.
CREATE INDEX account_batch ON account USING brin (batch) WITH (pages_per_range = 8, autosummarize = on);
