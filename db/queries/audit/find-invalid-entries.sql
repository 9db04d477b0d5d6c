-- Ledger entries that do not move an amount between two different accounts, the first of which is a user's.
SELECT format('account %s, entry %s', entry_id >> 32, entry_id & 4294967295) AS "row", fault
FROM (
  SELECT entry_id, concat_ws(', ',
    CASE WHEN line.amount = 0 THEN 'moves nothing' END,
    CASE WHEN entry_id >> 32 < 16 THEN 'is not a user''s' END,
    CASE WHEN entry_id >> 32 = counter_account_id THEN 'goes from an account to itself' END,
    CASE WHEN one.account_id IS NULL THEN 'is of an account that is not there' END,
    CASE WHEN other.account_id IS NULL THEN format('account %s, its other side, is not there', counter_account_id) END,
    CASE WHEN (counter_account_id >= 16) <> (counter_number IS NOT NULL) THEN 'its other side is numbered wrongly' END,
    CASE WHEN (counter_account_id >= 16) AND counter_balance_after IS NULL THEN 'its other side has no balance' END,
    CASE WHEN (kind IN ('trade', 'fee')) <> (line.fill_number IS NOT NULL)
      THEN format('is a %s, of fill %s', kind, coalesce(line.fill_number::text, 'none')) END,
    CASE WHEN kind <> 'trade' AND counter_account_id <> CASE kind WHEN 'fee' THEN 2 ELSE 3 END
      THEN format('is a %s between it and account %s', kind, counter_account_id) END
  ) AS fault
  FROM ledger_entry AS line
  LEFT JOIN account AS one ON one.account_id = entry_id >> 32
  LEFT JOIN account AS other ON other.account_id = counter_account_id
) AS line
WHERE fault <> ''
