-- Rows that belong to batches that do not exist.
SELECT "row", format('is of batch %s, which is not there', batch) AS fault
FROM (
  SELECT format('account %s', account_id) AS "row", batch FROM account
  UNION ALL
  SELECT format('account %s, order %s', order_id >> 32, order_id & 4294967295), batch FROM orders
  UNION ALL
  SELECT format('account %s, fill %s', fill_id >> 32, fill_id & 4294967295), batch FROM fill
  UNION ALL
  SELECT format('account %s, entry %s', entry_id >> 32, entry_id & 4294967295), batch FROM ledger_entry
  UNION ALL
  SELECT format('account %s, position in %s', account_id, symbol), batch FROM position
  UNION ALL
  SELECT format('account %s, answer to %s', account_id, command_id), batch FROM command_result
  UNION ALL
  SELECT format('corporate action %s', action_id), applied_batch FROM corporate_action WHERE applied_batch IS NOT NULL
  UNION ALL
  SELECT 'the simulator''s state', batch FROM simulator_state
) AS written
WHERE NOT EXISTS (SELECT FROM journal_batch WHERE journal_batch.batch = written.batch)
