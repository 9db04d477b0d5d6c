-- Batches whose hash is not the SHA-256 of the previous hash and the digest of their entries, from the first batch with a hash
-- on: entries were changed, added or deleted in the batch, or the hash of the batch before was changed.
SELECT format('batch %s', batch) AS "row", CASE WHEN hash IS NULL THEN 'has no hash, and those before it have one'
  ELSE 'its hash is not that of the hash before it and its entries' END AS fault
FROM (
  SELECT batch, hash, lag(hash) OVER (ORDER BY batch) AS before FROM journal_batch
) AS link
LEFT JOIN (
  SELECT batch, sha256(convert_to(string_agg(concat_ws(' ', entry_id >> 32, entry_id & 4294967295, kind, asset, amount,
    balance_after, coalesce(order_number::text, '-'), coalesce(fill_number::text, '-'), counter_account_id,
    coalesce(counter_number::text, '-'), coalesce(counter_balance_after::text, '-'),
    coalesce(counter_order_number::text, '-'), coalesce(counter_fill_number::text, '-'), time_ms) || E'\n', ''
    ORDER BY entry_id), 'UTF8')) AS digest
  FROM ledger_entry
  GROUP BY batch
) AS entries USING (batch)
WHERE (hash IS NOT NULL OR before IS NOT NULL)
  AND hash IS DISTINCT FROM sha256(coalesce(before, '') || coalesce(digest, sha256('')))
