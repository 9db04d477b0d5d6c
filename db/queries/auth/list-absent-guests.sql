-- Guests who have not been seen since a time, oldest first: no session or key of theirs was used since then. A guest who
-- became a permanent user is among them, without accounts.
-- sinceMs bigint, limit int
SELECT guest.id
FROM auth."user" guest
WHERE guest."isAnonymous" AND guest."createdAt" < to_timestamp(${sinceMs} / 1000.0)
  AND NOT EXISTS (
    SELECT FROM auth.session
    WHERE session."userId" = guest.id AND session."updatedAt" >= to_timestamp(${sinceMs} / 1000.0)
  )
  AND NOT EXISTS (
    SELECT FROM account_owner JOIN api_key USING (account_id)
    WHERE user_id = guest.id AND revoked_at_ms IS NULL AND greatest(created_at_ms, used_at_ms) >= ${sinceMs}
  )
ORDER BY guest."createdAt"
LIMIT ${limit}
