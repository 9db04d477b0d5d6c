-- The ledger's guard, once a statement: applies both sides of each line to balance. That a line balances is its shape; that
-- nobody without credit is overdrawn, the floor of its balance. A balance is looked up by a subquery, from the newest end of
-- its index, and found by its place: commit_batch_2 says why.
CREATE OR REPLACE FUNCTION apply_ledger_entries() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  WITH change AS MATERIALIZED (
    SELECT account_id, asset, amount, (
      SELECT ctid FROM balance
      WHERE balance.account_id = net.account_id AND balance.asset >= net.asset AND balance.asset <= net.asset
      ORDER BY balance.asset DESC LIMIT 1) AS place
    FROM (
      SELECT account_id, asset, sum(amount)::bigint AS amount
      FROM (
        SELECT (entry_id >> 32)::int AS account_id, asset, amount FROM entered
        UNION ALL
        SELECT counter_account_id, asset, -amount FROM entered
      ) AS side
      GROUP BY account_id, asset
    ) AS net
  ), updated AS (
    UPDATE balance SET amount = balance.amount + change.amount FROM change WHERE balance.ctid = change.place
  )
  -- An account that is not there has no id to insert: the column refuses it. Credit has only who is known to have it.
  INSERT INTO balance (account_id, asset, amount, floor)
  SELECT (SELECT account.account_id FROM account WHERE account.account_id = change.account_id), asset, amount,
    (SELECT 0 FROM account WHERE account.account_id = change.account_id AND mode NOT IN ('margin', 'exchange'))
  FROM change WHERE place IS NULL;
  RETURN NULL;
END $$;
