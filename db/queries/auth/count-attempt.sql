-- Counts an attempt, from 1 again once the window of the key is over, and deletes some windows of others that are over.
-- A key is never counted beyond max + 1, which is one too many.
-- key text, max int, nowMs bigint, endsAtMs bigint (the end of a window that begins now)
WITH over AS (
  DELETE FROM auth.attempt WHERE key IN (
    SELECT key FROM auth.attempt WHERE ends_at_ms <= ${nowMs} AND key <> ${key}
    ORDER BY ends_at_ms LIMIT 10 FOR UPDATE SKIP LOCKED
  )
)
INSERT INTO auth.attempt AS known (key, attempts, ends_at_ms) VALUES (${key}, 1, ${endsAtMs})
ON CONFLICT (key) DO UPDATE SET
  attempts = CASE WHEN known.ends_at_ms <= ${nowMs} THEN 1 ELSE least(known.attempts, ${max}) + 1 END,
  ends_at_ms = CASE WHEN known.ends_at_ms <= ${nowMs} THEN ${endsAtMs} ELSE known.ends_at_ms END
RETURNING attempts, ends_at_ms AS "endsAtMs"
