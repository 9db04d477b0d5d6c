-- The accounts with positions that no batch has changed since a time.
-- beforeMs bigint
SELECT account_id AS account
FROM account
WHERE batch <= (SELECT last_batch_before(${beforeMs})) AND account_id >= 16
  AND EXISTS (SELECT FROM position WHERE position.account_id = account.account_id AND lots <> 0)
