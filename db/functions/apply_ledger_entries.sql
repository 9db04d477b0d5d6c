-- The ledger's guard, once a statement: refuses a movement that does not balance, and applies the rest to balance.
CREATE OR REPLACE FUNCTION apply_ledger_entries() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
  -- Planned while the tables are empty, the plan is kept: without these it would scan all balances for each batch.
  SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  unbalanced bigint;
  accounts int[];
  assets text[];
  amounts bigint[];
  changed int;
BEGIN
  SELECT movement_id INTO unbalanced FROM entered GROUP BY movement_id, asset HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'movement % does not sum to zero', unbalanced
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced', TABLE = 'ledger_entry';
  END IF;
  SELECT array_agg(account_id), array_agg(asset), array_agg(amount) INTO accounts, assets, amounts
  FROM (SELECT account_id, asset, sum(amount)::bigint AS amount FROM entered GROUP BY account_id, asset) AS change;
  -- Update, then insert what is new: an upsert would hold the change itself, not the sum, against the floor.
  UPDATE balance SET amount = balance.amount + change.amount
  FROM unnest(accounts, assets, amounts) AS change (account_id, asset, amount)
  WHERE balance.account_id = change.account_id AND balance.asset = change.asset;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed < cardinality(accounts) THEN
    INSERT INTO balance (account_id, asset, amount, floor)
    SELECT change.account_id, change.asset, change.amount, CASE account.mode WHEN 'cash' THEN 0 END
    FROM unnest(accounts, assets, amounts) AS change (account_id, asset, amount)
    LEFT JOIN account ON account.account_id = change.account_id
    WHERE NOT EXISTS (
      SELECT FROM balance b WHERE b.account_id = change.account_id AND b.asset = change.asset);
  END IF;
  RETURN NULL;
END $$;
