-- Records a user's request, and deletes old ones: those before a time, and all beyond the newest `max`.
-- userId text, requestId text, sha256 bytea, nowMs bigint, beforeMs bigint, max int
WITH forgotten AS (
  DELETE FROM preference_request
  WHERE user_id = ${userId}
    AND (
      set_at_ms < ${beforeMs}
      OR request_id IN (
        SELECT request_id FROM preference_request WHERE user_id = ${userId}
        ORDER BY set_at_ms DESC, request_id OFFSET ${max} - 1
      )
    )
)
INSERT INTO preference_request (user_id, request_id, sha256, set_at_ms)
VALUES (${userId}, ${requestId}, ${sha256}, ${nowMs})
